"""Check ``prefix-completion``: does a model go on with published problems as only one who knows them can?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import ClassVar

from certify.check.base import Answers, Size, Sources
from certify.check.benchmarks import BenchmarkItem
from certify.check.continuations import EXACT, NEAR, Cut, cut, shared_ending, without_ending, words, writable
from certify.check.controls import Fitting, Sides, fitting, prospect_of, require_control, source_fields
from certify.check.detections import detection_fields
from certify.check.fresh_controls import fresh_texts, has_twin, twins_each
from certify.evidence.answers import ItemRecord, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters.completions import BEFORE, FRESH, CountedAs, PrefixCompletionParameters
from certify.evidence.results.completions import CompletedItems, PrefixCompletionResult
from certify.statistics import boschloo_p_value

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
        require_control(self.id, parameters, sources)
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
            drawn = fresh_texts(sides.published.items, sources, _fitting_twin(parameters, sources), seed)
            ending = _ending(parameters, sources)
            newer = [without_ending(text, ending) for text in drawn]
        texts = {PUBLISHED: [item.published for item in sides.published.items], NEWER: newer}
        return tuple(
            _question(self.id, side, number, _parts(text, parameters), parameters)
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
        outcomes = answers.outcomes(self.id)
        found = prospect_of(parameters, sources.tests, sides.sizes, hits, outcomes.judged_share)
        near_p, exact_p = _p_values(published, newer) if asked else (None, None)
        return PrefixCompletionResult(
            **detection_fields(parameters, sources.tests, exact_p if exact else near_p, found.power, found.needed),
            **source_fields(self.id, parameters, sources),
            share=parameters.share,
            counted=parameters.counted,
            before=None if parameters.before == BEFORE else parameters.before,
            published=published,
            newer=newer,
            other_p_value=near_p if exact else exact_p,
            outcomes=outcomes,
        )


def _sides(parameters: PrefixCompletionParameters, sources: Sources) -> Sides:
    fits = _fitting_text(parameters)
    items = _problems(sources.benchmarks[parameters.benchmark].items)
    if parameters.control == FRESH:
        alike = _fitting_twin(parameters, sources)
        published = fitting(
            items, lambda item: fits(item.published) and has_twin(item, sources, alike, _TRIAL), parameters.most
        )
        each = twins_each(len(published.items))
        return Sides(published, Fitting(tuple(item for item in published.items for _ in range(each)), 0))
    newer = _problems(sources.benchmarks[parameters.control].items)
    one, other = (fitting(side, lambda item: fits(item.published), parameters.most) for side in (items, newer))
    return Sides(one, other)


def _problems(items: Sequence[BenchmarkItem]) -> tuple[BenchmarkItem, ...]:
    """The items with nothing but the problem in their question, as it was published."""
    ending = shared_ending([item.published for item in items])
    return tuple(item._replace(question=without_ending(item.published, ending), options=()) for item in items)


def _ending(parameters: PrefixCompletionParameters, sources: Sources) -> tuple[str, ...]:
    return shared_ending([item.published for item in sources.benchmarks[parameters.benchmark].items])


def _fitting_twin(parameters: PrefixCompletionParameters, sources: Sources) -> Callable[[str], bool]:
    """The same of a twin, which ends as all published items do where they do."""
    ending, fits = _ending(parameters, sources), _fitting_text(parameters)
    return lambda text: fits(without_ending(text, ending))


def _fitting_text(parameters: PrefixCompletionParameters) -> Callable[[str], bool]:
    """Whether enough words of a text are left to write, and can be written."""
    return lambda text: len(words(_parts(text, parameters).rest)) >= parameters.least_words


def _parts(text: str, parameters: PrefixCompletionParameters) -> Cut:
    """A text cut in two; what the planned tokens may not suffice for is no part of the rest."""
    start, rest = cut(text, parameters.share)
    return Cut(start, writable(rest, parameters.max_tokens))


def _question(check: str, side: str, number: int, parts: Cut, parameters: PrefixCompletionParameters) -> Question:
    """The beginning as a prompt, and tokens enough for what is to be written."""
    return Question(
        check=check,
        item=f"{side}-{number:04d}",
        group=side,
        text=parameters.before + parts.start,
        gold=parts.rest,
        verifier=f"continuation:{parameters.counted.value}",
        max_tokens=len(parts.rest.encode()),
        continued=True,
    )


def _counted(records: Sequence[ItemRecord], asked: dict[str, str], side: str, found: Fitting) -> CompletedItems:
    marks = [one.marks or {} for one in records if asked.get(one.completion.item) == side]
    near, exact = (sum(one.get(name, 0) for one in marks) for name in (NEAR, EXACT))
    return CompletedItems(items=len(found.items), near=near, exact=exact, left_out=found.left_out)


def _p_values(published: CompletedItems, newer: CompletedItems) -> tuple[float, float]:
    near = boschloo_p_value(published.near, published.items, newer.near, newer.items)
    return near, boschloo_p_value(published.exact, published.items, newer.exact, newer.items)
