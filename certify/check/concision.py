"""Check ``concision``: how many tokens an answer takes, and what fewer of them would give."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of, outcomes_of
from certify.evidence.answers import FinishReason, ItemRecord, Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import ConcisionParameters
from certify.evidence.results import AnswerLengths, BudgetPoint, ConcisionResult, Estimate, Lengths
from certify.statistics import MINIMUM_ITEMS, accuracy_interval
from certify.statistics.ratio import ratio_interval

_HALVINGS = 6
_SEED = hashlib.sha256(b"certify/check/concision/v1").digest()
"""Of the resamples; it is no secret, the answers are fixed before it is used."""


class Concision:
    """Asks nothing: it measures the answers that other checks of the plan received."""

    id: ClassVar[str] = "concision"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Tokens an answer takes"

    def size(self, parameters: ConcisionParameters, sources: Sources) -> Size:
        """No questions."""
        return Size(0, 0, 0)

    def questions(self, parameters: ConcisionParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """None."""
        return ()

    def score(self, parameters: ConcisionParameters, answers: Answers, sources: Sources) -> ConcisionResult | NotRun:
        """Lengths and the natural curve of each check; no result where one of them has fewer than ten items."""
        found = []
        for check in parameters.reads:
            records = [record for record in answers.records if record.completion.check == check]
            questions = answers.questions_of(check)
            if len(questions) < MINIMUM_ITEMS or not records:
                reason = f"{check} has too few items: below {MINIMUM_ITEMS} no interval can be given"
                return NotRun(check=self.id, reason=reason)
            found.append(_lengths_of(check, questions, records, parameters.budgets))
        return ConcisionResult(
            checks=tuple(found),
            truncated_share=max(one.truncated_share for one in found),
            looped_share=max(one.looped_share for one in found),
        )


def _lengths_of(
    check: str, questions: Sequence[Question], records: Sequence[ItemRecord], budgets: Sequence[int] | None
) -> AnswerLengths:
    tokens, right = dict.fromkeys((one.item for one in questions), 0), dict.fromkeys((q.item for q in questions), 0)
    for record in records:
        tokens[record.completion.item] += _length(record)
        right[record.completion.item] += _is_right(record)
    items = sorted(tokens)
    ratio = ratio_interval([tokens[item] for item in items], [right[item] for item in items], _SEED, check)
    ended = outcomes_of(record.outcome for record in records)
    curve = _curve(questions, records, budgets)
    return AnswerLengths(
        check=check,
        answers=len(records),
        correct=sum(right.values()),
        tokens=sum(tokens.values()),
        characters=sum(len(record.completion.text) for record in records),
        tokens_per_correct=round(ratio.estimate, 3) if ratio else None,
        tokens_per_correct_lower=round(ratio.lower, 3) if ratio else None,
        tokens_per_correct_upper=round(ratio.upper, 3) if ratio and math.isfinite(ratio.upper) else None,
        right=_summary([_length(record) for record in records if _is_right(record)]),
        wrong=_summary([_length(record) for record in records if not _is_right(record)]),
        truncated_share=ended.truncated_share,
        looped_share=round(ended.looped / len(records), 4),
        curve=curve,
        area=_area(curve),
    )


def _curve(
    questions: Sequence[Question], records: Sequence[ItemRecord], budgets: Sequence[int] | None
) -> tuple[BudgetPoint, ...]:
    longest = max(question.max_tokens for question in questions)
    wanted = budgets or [longest >> halving for halving in range(_HALVINGS + 1)]
    samples = max(record.completion.repeat for record in records) + 1
    return tuple(
        BudgetPoint(tokens=budget, accuracy=_within(budget, questions, records, samples))
        for budget in sorted({max(budget, 1) for budget in wanted})
    )


def _within(budget: int, questions: Sequence[Question], records: Sequence[ItemRecord], samples: int) -> Estimate:
    right: dict[str, int] = defaultdict(int)
    for record in records:
        right[record.completion.item] += _is_right(record) and _length(record) <= budget
    interval = accuracy_interval([right[item] for item in sorted(question.item for question in questions)], samples)
    assert interval is not None  # noqa: S101 - there are enough items, or the check would not have run
    return estimate_of(interval)


def _area(curve: Sequence[BudgetPoint]) -> float:
    """The mean over log tokens by trapezoids; a single point stands for itself."""
    steps = [
        (math.log2(after.tokens / before.tokens), (before.accuracy.estimate + after.accuracy.estimate) / 2)
        for before, after in pairwise(curve)
    ]
    width = math.fsum(step for step, _ in steps)
    return round(math.fsum(step * mean for step, mean in steps) / width, 4) if steps else curve[0].accuracy.estimate


def _summary(lengths: Sequence[int]) -> Lengths:
    ordered = sorted(lengths)
    if not ordered:
        return Lengths(answers=0)
    median, p95 = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95))
    return Lengths(answers=len(ordered), median=median, p95=p95)


def _length(record: ItemRecord) -> int:
    return sum(turn.tokens for turn in record.turns)


def _is_right(record: ItemRecord) -> bool:
    return record.outcome is Outcome.CORRECT and record.completion.finish_reason is not FinishReason.ERROR
