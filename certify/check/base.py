"""What a check is: a pure rule that draws questions from a seed and turns judged answers into a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from certify.check.benchmarks import Benchmark, BenchmarkItem
from certify.evidence.answers import ANSWERED, ItemRecord, Outcome, Question
from certify.evidence.base import StrictValue, Value
from certify.evidence.evaluation import NotRun
from certify.evidence.looks import LookTaken, PlannedLook
from certify.evidence.results import Drop, Estimate, Outcomes
from certify.statistics import Interval, PairedInterval

P_contra = TypeVar("P_contra", bound=StrictValue, contravariant=True)
PRIVATE_PREFIX = "private:"
"""Begins the name under which an operator's own problems stand among a plan's sources."""

_CUT_OFF = (Outcome.TRUNCATED, Outcome.LOOPED)
_UNREADABLE = (Outcome.NO_ANSWER, Outcome.UNPARSEABLE, Outcome.UNCLOSED)


@dataclass(frozen=True)
class Sources:
    """What questions are drawn from, apart from the seed."""

    benchmarks: Mapping[str, Benchmark]
    """Each benchmark a plan names, by the name it uses."""
    limits: Mapping[str, int]
    """How many of its items are asked, where not all are."""
    recorded: tuple[Question, ...] | None = None
    """Problems of public families as committed to, for whoever cannot draw them again; None draws them."""
    tests: int = 1
    """Tests of contamination in the plan, which share its error rate."""

    def asked(self, name: str) -> tuple[BenchmarkItem, ...]:
        """The items of a benchmark that the plan asks, in the order of the file."""
        return self.benchmarks[name].items[: self.limits.get(name)]

    @cached_property
    def published(self) -> frozenset[str]:
        """Question texts that no fresh problem may repeat; private ones stay out, so that nothing depends on them."""
        named = self.benchmarks.items()
        open_sets = [benchmark for name, benchmark in named if not name.startswith(PRIVATE_PREFIX)]
        return frozenset(item.question for benchmark in open_sets for item in benchmark.items)


class Size(NamedTuple):
    """How much a check asks."""

    items: int
    samples: int
    max_tokens: int
    calls: int | None = None
    """Answers to all items once, every turn of an episode counted at its most; as many as items when absent."""
    looks: tuple[PlannedLook, ...] | None = None
    """Where it may stop early, if anywhere."""
    reads: int | None = None
    """Most tokens read for given texts; absent where none is given."""


@dataclass(frozen=True)
class Answers:
    """Every question of a run and every judged answer."""

    questions: tuple[Question, ...]
    records: tuple[ItemRecord, ...]
    looks: Mapping[str, tuple[LookTaken, ...]] = field(default_factory=dict)
    """The looks taken, by check; empty for a check without any."""

    def questions_of(self, check: str) -> tuple[Question, ...]:
        """The questions of one check."""
        return tuple(question for question in self.questions if question.check == check)

    def questions_in(self, checks: Container[str]) -> tuple[Question, ...]:
        """The questions of several checks."""
        return tuple(question for question in self.questions if question.check in checks)

    def right(self, check: str) -> dict[str, int]:
        """Right answers to each item of a check; 0 for an item without any."""
        counts = dict.fromkeys((question.item for question in self.questions_of(check)), 0)
        for record in self.records:
            if record.completion.check == check and record.outcome is Outcome.CORRECT:
                counts[record.completion.item] += 1
        return counts

    def outcomes(self, check: str) -> Outcomes:
        """How the answers of a check ended."""
        return outcomes_of(record.outcome for record in self.records if record.completion.check == check)


class Check(Protocol[P_contra]):
    """One check; two versions of it may draw other problems."""

    id: ClassVar[str]
    version: ClassVar[int]
    title: ClassVar[str]

    def size(self, parameters: P_contra, sources: Sources) -> Size:
        """How much it will ask.

        Raises:
            UsageError: CERT-E102, the parameters allow no result.
        """

    def questions(self, parameters: P_contra, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The questions that follow from parameters, sources and seed, and from nothing else."""

    def score(self, parameters: P_contra, answers: Answers, sources: Sources) -> Value | NotRun:
        """The result, or why there is none."""


def most_read(questions: Iterable[Question], samples: int = 1) -> int | None:
    """Most tokens that these questions have a model read for the texts they give; None where they give none.

    No tokenizer makes more tokens of a text than it has bytes; one more opens it.
    """
    found = [question.read_bytes + 1 for question in questions if question.given is not None]
    return samples * sum(found) or None


def outcomes_of(found: Iterable[Outcome]) -> Outcomes:
    """The count of each outcome of an answer, with the two shares that tell a failed test from a failed model."""
    counts = Counter[Outcome](outcome for outcome in found if outcome is not Outcome.SCORED)
    total = counts.total()
    fields: dict[str, Any] = {outcome.value: counts[outcome] for outcome in ANSWERED}
    return Outcomes(
        answers=total,
        truncated_share=_share(sum(counts[outcome] for outcome in _CUT_OFF), total),
        unreadable_share=_share(sum(counts[outcome] for outcome in _UNREADABLE), total),
        **fields,
    )


def estimate_of(interval: Interval) -> Estimate:
    """An interval as it enters evidence."""
    return Estimate(**interval._asdict())


def drop_of(interval: PairedInterval) -> Drop:
    """A difference as it enters evidence."""
    return Drop(**interval._asdict())


def look_estimate(taken: LookTaken, samples: int) -> Estimate:
    """The result of a check that ended with this look: its interval holds at 95 % over all looks together."""
    return Estimate(
        estimate=taken.estimate,
        lower=taken.lower,
        upper=taken.upper,
        items=taken.items,
        samples=samples,
        rule="SEQ",
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
