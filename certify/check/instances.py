"""Checks under labels: each is asked and scored as if it were the only one of its kind in the plan."""

from __future__ import annotations

from collections.abc import Mapping

from certify.check.base import Answers
from certify.errors import UsageError
from certify.evidence.answers import ItemRecord, Question
from certify.evidence.base import StrictValue
from certify.evidence.instances import kind_of
from certify.evidence.parameters import DateSplitParameters, StaticBenchmarkParameters, StaticFreshGapParameters

STATIC = "static-benchmark"


def renamed(questions: tuple[Question, ...], check: str) -> tuple[Question, ...]:
    """The questions of a kind as those of one check of that kind."""
    if kind_of(check) == check:
        return questions
    return tuple(question.model_copy(update={"check": check}) for question in questions)


def as_seen_by(check: str, parameters: Mapping[str, StrictValue], answers: Answers) -> Answers:
    """The answers as a check reads them: its own, and those it compares with, under the names of their kinds.

    Args:
        check: id in the plan.
        parameters: of every check of the plan.
        answers: of the whole run.
    """
    names = _read_by(check, parameters)
    if all(kind_of(name) == name for name in names):
        return answers
    questions = tuple(one.model_copy(update={"check": kind_of(one.check)}) for one in answers.questions_in(names))
    records = tuple(_of_kind(one) for one in answers.records if one.completion.check in names)
    return Answers(questions, records)


Comparing = StaticFreshGapParameters | DateSplitParameters
"""Parameters of checks that read the answers to a published benchmark."""


def published_side(gap: Comparing, parameters: Mapping[str, StrictValue]) -> str:
    """The check that asks the published problems which a gap, or a split by date, compares with.

    Raises:
        UsageError: CERT-E102, the plan has none.
    """
    for name, given in parameters.items():
        if isinstance(given, StaticBenchmarkParameters) and given.benchmark == gap.benchmark:
            return name
    kind, why = "static-fresh-gap", "the twins are compared with the published problems of the same run"
    if isinstance(gap, DateSplitParameters):
        kind, why = "date-split", "the answers that it sorts by date are those of the same run"
    raise UsageError(
        "CERT-E102",
        f"{kind} cannot be planned: static-benchmark does not ask the same benchmark",
        why=why,
        hint=f"add a static-benchmark check with benchmark: {gap.benchmark}",
    )


def _read_by(check: str, parameters: Mapping[str, StrictValue]) -> frozenset[str]:
    given = parameters[check]
    other = published_side(given, parameters) if isinstance(given, Comparing) else check
    return frozenset((check, other))


def _of_kind(record: ItemRecord) -> ItemRecord:
    completion = record.completion
    return record.model_copy(update={"completion": completion.model_copy(update={"check": kind_of(completion.check)})})
