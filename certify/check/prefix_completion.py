"""Check ``prefix-completion``: does a model go on with published problems as only one who knows them can?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources
from certify.check.continuations import EXACT, NEAR, Cut, cut, words
from certify.check.controls import Fitting, fitting, prospect_of, released_of, require_apart
from certify.check.detections import detection_fields
from certify.check.fresh_controls import fresh_texts, has_twin, twins_each
from certify.evidence.answers import ItemRecord, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters.completions import FRESH, CountedAs, PrefixCompletionParameters
from certify.evidence.results.completions import CompletedItems, PrefixCompletionResult
from certify.statistics import TwoShares, boschloo_p_value

PUBLISHED, NEWER = "published", "newer"
_TRIAL = hashlib.sha256(b"certify/check/prefix-completion/pairable/v1").digest()


class PrefixCompletion:
    """Beginnings of published items and of newer ones; rule BOSCHLOO on those completed."""

    id: ClassVar[str] = "prefix-completion"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published problems completed from their beginning"

    def size(self, parameters: PrefixCompletionParameters, sources: Sources) -> Size:
        """Every fitting item of both sides; nothing where even no completed newer item would leave too little power.

        Raises:
            UsageError: CERT-E102, the control is no control of this benchmark.
        """
        released_of(self.id, parameters)
        require_apart(self.id, parameters, sources)
        sizes = _sides(parameters, sources).sizes
        enough = prospect_of(parameters, sources.tests, sizes).enough
        return Size(sum(sizes) if enough else 0, 1, parameters.max_tokens)

    def questions(self, parameters: PrefixCompletionParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The beginning of each item, to be gone on with; of a fresh control, of problems drawn from the seed."""
        if not self.size(parameters, sources).items:
            return ()
        sides = _sides(parameters, sources)
        newer = [item.published for item in sides.newer.items]
        if parameters.control == FRESH:
            newer = list(fresh_texts(sides.published.items, sources, _fitting_text(parameters), seed))
        texts = {PUBLISHED: [item.published for item in sides.published.items], NEWER: newer}
        return tuple(
            _question(self.id, side, number, cut(text, parameters.share), parameters)
            for side in (PUBLISHED, NEWER)
            for number, text in enumerate(texts[side], 1)
        )

    def score(
        self, parameters: PrefixCompletionParameters, answers: Answers, sources: Sources
    ) -> PrefixCompletionResult | NotRun:
        """Completed items on both sides, with the test, and the power at the measured rate of newer ones."""
        asked = {one.item: one.group for one in answers.questions_of(self.id)}
        records = [one for one in answers.records if one.completion.check == self.id]
        sides, exact = _sides(parameters, sources), parameters.counted is CountedAs.EXACT
        published = _counted(records, asked, PUBLISHED, sides.published)
        newer = _counted(records, asked, NEWER, sides.newer)
        if not asked and prospect_of(parameters, sources.tests, sides.sizes).enough:
            return NotRun(check=self.id, reason="nothing was asked")
        hits = newer.exact if exact else newer.near
        found = prospect_of(parameters, sources.tests, sides.sizes, hits)
        near_p, exact_p = _p_values(published, newer) if asked else (None, None)
        benchmark = sources.benchmarks[parameters.benchmark]
        control = None if parameters.control == FRESH else sources.benchmarks[parameters.control]
        return PrefixCompletionResult(
            **detection_fields(parameters, sources.tests, exact_p if exact else near_p, found.power, found.needed),
            benchmark=benchmark.id,
            benchmark_sha256=benchmark.sha256,
            control=control.id if control else FRESH,
            control_sha256=control.sha256 if control else None,
            control_released=released_of(self.id, parameters),
            share=parameters.share,
            counted=parameters.counted,
            published=published,
            newer=newer,
            other_p_value=near_p if exact else exact_p,
            outcomes=answers.outcomes(self.id),
        )


class _Sides(NamedTuple):
    published: Fitting
    newer: Fitting
    """Of a fresh control, the published items as often as they have twins."""

    @property
    def sizes(self) -> TwoShares:
        return TwoShares(len(self.published.items), len(self.newer.items))


def _sides(parameters: PrefixCompletionParameters, sources: Sources) -> _Sides:
    fits = _fitting_text(parameters)
    items = sources.benchmarks[parameters.benchmark].items
    if parameters.control == FRESH:
        published = fitting(
            items, lambda item: fits(item.published) and has_twin(item, sources, fits, _TRIAL), parameters.most
        )
        each = twins_each(len(published.items))
        return _Sides(published, Fitting(tuple(item for item in published.items for _ in range(each)), 0))
    newer = sources.benchmarks[parameters.control].items
    one, other = (fitting(side, lambda item: fits(item.published), parameters.most) for side in (items, newer))
    return _Sides(one, other)


def _fitting_text(parameters: PrefixCompletionParameters) -> Callable[[str], bool]:
    """Whether enough words of a text are left to write."""
    return lambda text: len(words(cut(text, parameters.share).rest)) >= parameters.least_words


def _question(check: str, side: str, number: int, parts: Cut, parameters: PrefixCompletionParameters) -> Question:
    """The beginning as a prompt; no tokenizer needs more tokens for the rest than it has bytes."""
    return Question(
        check=check,
        item=f"{side}-{number:04d}",
        group=side,
        text=parameters.before + parts.start,
        gold=parts.rest,
        verifier=f"continuation:{parameters.counted.value}",
        max_tokens=min(parameters.max_tokens, len(parts.rest.encode())),
        continued=True,
    )


def _counted(records: Sequence[ItemRecord], asked: dict[str, str], side: str, found: Fitting) -> CompletedItems:
    marks = [one.marks or {} for one in records if asked.get(one.completion.item) == side]
    near, exact = (sum(one.get(name, 0) for one in marks) for name in (NEAR, EXACT))
    return CompletedItems(items=len(found.items), near=near, exact=exact, left_out=found.left_out)


def _p_values(published: CompletedItems, newer: CompletedItems) -> tuple[float, float]:
    near = boschloo_p_value(published.near, published.items, newer.near, newer.items)
    return near, boschloo_p_value(published.exact, published.items, newer.exact, newer.items)
