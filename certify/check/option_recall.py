"""Check ``option-recall``: does a model know the wrong choices of published questions that it is not shown?"""

from __future__ import annotations

import re
from collections import Counter
from string import ascii_uppercase
from typing import ClassVar

from certify.check.base import Answers, Size, Sources
from certify.check.benchmarks import BenchmarkItem
from certify.check.continuations import MOST_WORDS, words
from certify.check.controls import (
    Fitting,
    Sides,
    fitting,
    impossible,
    prospect_of,
    require_control,
    source_fields,
)
from certify.check.detections import detection_fields
from certify.check.verifiers import OPTION
from certify.evidence.answers import Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters.completions import OptionRecallParameters
from certify.evidence.results.completions import OptionRecallResult, RecalledItems
from certify.statistics import boschloo_p_value
from certify.statistics.stream import Stream

PUBLISHED, NEWER = "published", "newer"
FEWEST_WORDS = 3
"""Words of a choice below which it can be hit by accident."""
MOST_SHARED = 0.5
"""Share of a choice's words that may stand in the question and in the other choices."""

_HIDDEN = "____"
_ASKED = (
    "One of the wrong choices of this published multiple-choice question is hidden behind {hidden}. Write the hidden "
    "choice word for word as it was published, and nothing else."
)
_ABOUT_OTHERS = re.compile(r"\b(?:all|none|both|neither|either|any|some|two|three|more|one) of\b|\b(?:above|below)\b")


class OptionRecall:
    """Questions with one wrong choice hidden, published and newer; rule BOSCHLOO on those whose choice is written."""

    id: ClassVar[str] = "option-recall"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Wrong choices of published questions recalled"

    def size(self, parameters: OptionRecallParameters, sources: Sources) -> Size:
        """Every fitting question of both sides; nothing where even no recalled newer one would leave too little power.

        Raises:
            UsageError: CERT-E102, the control is no control of this benchmark, or one of them has no choices.
        """
        for name in parameters.files:
            if not any(item.options for item in sources.benchmarks[name].items):
                raise impossible(self.id, f"{name} has no multiple-choice questions", "name a file with choices")
        require_control(self.id, parameters, sources)
        sizes = _sides(parameters, sources).sizes
        enough = prospect_of(parameters, sources.tests, sizes).enough
        return Size(sum(sizes) if enough else 0, 1, parameters.max_tokens)

    def questions(self, parameters: OptionRecallParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Every fitting question with one of its fitting wrong choices hidden; the seed says which."""
        if not self.size(parameters, sources).items:
            return ()
        sides = _sides(parameters, sources)
        return tuple(
            _question(side, number, item, parameters, seed)
            for side, found in ((PUBLISHED, sides.published), (NEWER, sides.newer))
            for number, item in enumerate(found.items, 1)
        )

    def score(
        self, parameters: OptionRecallParameters, answers: Answers, sources: Sources
    ) -> OptionRecallResult | NotRun:
        """Recalled choices on both sides, with the test, and the power at the measured rate of newer ones."""
        asked = {one.item: one.group for one in answers.questions_of(self.id)}
        sides = _sides(parameters, sources)
        if not asked and prospect_of(parameters, sources.tests, sides.sizes).enough:
            return NotRun(check=self.id, reason="nothing was asked")
        right = [one for one in answers.records if one.completion.check == self.id and one.outcome is Outcome.CORRECT]
        hits = Counter(asked.get(one.completion.item) for one in right)
        sizes, recalled = sides.sizes, (hits[PUBLISHED], hits[NEWER])
        outcomes = answers.outcomes(self.id)
        found = prospect_of(parameters, sources.tests, sizes, recalled[1], outcomes.judged_share)
        p_value = boschloo_p_value(recalled[0], sizes.published, recalled[1], sizes.newer) if asked else None
        return OptionRecallResult(
            **detection_fields(parameters, sources.tests, p_value, found.power, found.needed),
            **source_fields(self.id, parameters, sources),
            published=_counted(sides.published, recalled[0]),
            newer=_counted(sides.newer, recalled[1]),
            outcomes=outcomes,
        )


def fitting_choices(item: BenchmarkItem) -> list[int]:
    """Places of the wrong choices of a question that may be hidden, from 0; see docs/checks/option-recall.md."""
    if not item.options or item.gold not in ascii_uppercase[: len(item.options)]:
        return []
    right = ascii_uppercase.index(item.gold)
    return [place for place in range(len(item.options)) if place != right and _may_be_hidden(item, place)]


def _may_be_hidden(item: BenchmarkItem, place: int) -> bool:
    own = words(item.options[place])
    if not FEWEST_WORDS <= len(own) < MOST_WORDS or any(character.isdigit() for character in item.options[place]):
        return False
    if _ABOUT_OTHERS.search(" ".join(own)):
        return False
    shown = {word for number, text in enumerate(item.options) if number != place for word in words(text)}
    shown.update(words(item.published, len(item.published)))
    return sum(word in shown for word in own) <= MOST_SHARED * len(own)


def _sides(parameters: OptionRecallParameters, sources: Sources) -> Sides:
    one, other = (
        fitting(sources.benchmarks[name].items, lambda item: bool(fitting_choices(item)), parameters.most)
        for name in parameters.files
    )
    return Sides(one, other)


def _question(side: str, number: int, item: BenchmarkItem, parameters: OptionRecallParameters, seed: bytes) -> Question:
    named = f"{side}-{number:04d}"
    place = Stream(seed, f"option-recall/v{OptionRecall.version}/{named}").choice(fitting_choices(item))
    shown = (_HIDDEN if number == place else text for number, text in enumerate(item.options))
    lines = [f"{letter}) {text}" for letter, text in zip(ascii_uppercase, shown, strict=False)]
    return Question(
        check=OptionRecall.id,
        item=named,
        group=side,
        text="\n\n".join((_ASKED.format(hidden=_HIDDEN), item.published, "\n".join(lines))),
        gold=item.options[place],
        verifier=OPTION,
        max_tokens=parameters.max_tokens,
        plain=True,
    )


def _counted(found: Fitting, recalled: int) -> RecalledItems:
    return RecalledItems(items=len(found.items), recalled=recalled, left_out=found.left_out)
