"""Check ``static-benchmark``: published problems, answered."""

from __future__ import annotations

from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of, look_estimate
from certify.check.benchmarks import BenchmarkItem
from certify.check.choices import guessing
from certify.check.looks import look_of, planned_looks
from certify.check.math_answers import require_math_verify
from certify.check.scaling import scaling_points
from certify.check.tasks.faults import scorer_fault
from certify.check.tasks.file import TaskBenchmark
from certify.check.verifiers import CHOICE, MATH
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import StaticBenchmarkParameters
from certify.evidence.results import StaticBenchmarkResult
from certify.statistics import MINIMUM_ITEMS, accuracy_interval
from certify.statistics.stream import Stream


class StaticBenchmark:
    """Asks the items of a file whose digest is in the plan; rule ACC."""

    id: ClassVar[str] = "static-benchmark"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Score on a published benchmark"

    def size(self, parameters: StaticBenchmarkParameters, sources: Sources) -> Size:
        """The benchmark's items, or the first so many of them.

        Raises:
            UsageError: CERT-E035, what compares its answers is not installed.
        """
        items = len(sources.asked(parameters.source))
        if any(_verifier(item, parameters) == MATH for item in sources.asked(parameters.source)):
            require_math_verify()
        looks = planned_looks(self.id, [items], parameters.looks)
        return Size(items, parameters.samples, parameters.max_tokens, looks=looks)

    def questions(self, parameters: StaticBenchmarkParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The items as published; the seed only says before which look each is asked, where there are any."""
        group, items = sources.benchmarks[parameters.source].id, sources.asked(parameters.source)
        order = list(range(len(items)))
        Stream(seed, f"looks/{self.id}/v{self.version}").shuffle(order)
        place = {item: position for position, item in enumerate(order)}
        return tuple(
            Question(
                check=self.id,
                item=item.id,
                group=group,
                text=item.question,
                gold=item.gold,
                verifier=_verifier(item, parameters),
                max_tokens=parameters.max_tokens,
                raw=True if parameters.task else None,
                plain=True if parameters.task else None,
                look=look_of(place[number], len(items), parameters.looks),
            )
            for number, item in enumerate(items)
        )

    def score(
        self, parameters: StaticBenchmarkParameters, answers: Answers, sources: Sources
    ) -> StaticBenchmarkResult | NotRun:
        """Accuracy with its interval; no result with fewer than ten items, or where a task's scorer failed."""
        right = answers.right(self.id)
        interval = accuracy_interval([right[item] for item in sorted(right)], parameters.samples)
        if interval is None:
            reason = f"{len(right)} items are too few: below {MINIMUM_ITEMS} no interval can be given"
            return NotRun(check=self.id, reason=reason)
        fault = scorer_fault(self.id, answers)
        if fault is not None:
            return NotRun(check=self.id, reason=fault)
        benchmark, taken = sources.benchmarks[parameters.source], answers.looks.get(self.id)
        guess = guessing([(one.gold, one.choices) for one in sources.asked(parameters.source) if one.id in right])
        return StaticBenchmarkResult(
            benchmark=benchmark.id,
            benchmark_sha256=benchmark.sha256,
            accuracy=look_estimate(taken[-1], parameters.samples) if taken else estimate_of(interval),
            outcomes=answers.outcomes(self.id),
            looks=taken or None,
            scaling=scaling_points(self.id, parameters.scaling, parameters.samples, answers),
            task=benchmark.task if isinstance(benchmark, TaskBenchmark) else None,
            floor=guess.share if guess else None,
            floor_responder=guess.responder if guess else None,
        )


def _verifier(item: BenchmarkItem, parameters: StaticBenchmarkParameters) -> str:
    """How answers are compared; problems of our own families and multiple choice have their own rule."""
    fixed = item.problem is not None or item.verifier == CHOICE or parameters.answers is None
    return item.verifier if fixed else str(parameters.answers)
