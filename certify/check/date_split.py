"""Check ``date-split``: published problems from before the end of the training data against later ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of
from certify.check.dates import side_of_cutoff
from certify.check.static_benchmark import StaticBenchmark
from certify.errors import UsageError
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import DateSplitParameters
from certify.evidence.results.dates import LABEL, MOST_DATED, DateSplitResult
from certify.statistics import MINIMUM_ITEMS, counted_split
from certify.statistics.stream import Stream


def refuse_earlier_cutoff(cutoffs: Mapping[str, str], attested: str | None) -> None:
    """Returns if no check takes data for newer than its steward says: newer problems could stand in it.

    Args:
        cutoffs: of each such check, by its id; ISO days.
        attested: the day that the data steward names as the cut-off, if any.

    Raises:
        UsageError: CERT-E102, one does.
    """
    for name, cutoff in cutoffs.items():
        if attested is not None and cutoff < attested:
            raise UsageError(
                "CERT-E102",
                f"{name} cannot be planned: its cutoff is {cutoff}, the data steward says {attested}",
                why="problems from between these days may stand in the training data, and would count as newer",
                hint=f"give it the cutoff {attested}, or a later one",
            )


class DateSplit:
    """Asks nothing: it sorts the answers to a published benchmark by date; rules ACC and SPLIT. Advice, no test."""

    id: ClassVar[str] = "date-split"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published problems before and after the cut-off"

    def size(self, parameters: DateSplitParameters, sources: Sources) -> Size:
        """No questions."""
        return Size(0, 0, 0)

    def questions(self, parameters: DateSplitParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """None."""
        return ()

    def score(self, parameters: DateSplitParameters, answers: Answers, sources: Sources) -> DateSplitResult | NotRun:
        """Both accuracies and their difference; no result with fewer than ten items on either side."""
        right, benchmark = answers.right(StaticBenchmark.id), sources.benchmarks[parameters.benchmark]
        own = (one.completion for one in answers.records if one.completion.check == StaticBenchmark.id)
        samples = max((one.repeat for one in own), default=0) + 1
        sides: dict[bool | None, list[int]] = {True: [], False: [], None: []}
        for item in benchmark.items:
            if item.id in right:
                sides[side_of_cutoff(item.released, parameters.cutoff)].append(right[item.id])
        if len(sides[True]) + len(sides[False]) > MOST_DATED:
            return self._not_run(f"more than {MOST_DATED:,} dated items are not compared")
        before, after = (_counts(sides[side], samples) for side in (True, False))
        found = counted_split(before, after, Stream(bytes.fromhex(benchmark.sha256), LABEL))
        if found is None:
            few = f"{len(sides[True])} items from before the cut-off and {len(sides[False])} from after it are too few"
            return self._not_run(f"{few}: each side needs {MINIMUM_ITEMS}; {len(sides[None])} have no date to tell by")
        return DateSplitResult(
            benchmark=benchmark.id,
            benchmark_sha256=benchmark.sha256,
            cutoff=parameters.cutoff,
            before=estimate_of(found.first),
            after=estimate_of(found.second),
            before_counts=before,
            after_counts=after,
            undated=len(sides[None]),
            p_value=found.p_value,
            **found.difference._asdict(),
        )

    def _not_run(self, reason: str) -> NotRun:
        return NotRun(check=self.id, reason=reason)


def _counts(right: Sequence[int], samples: int) -> tuple[int, ...]:
    found = Counter(right)
    return tuple(found[count] for count in range(samples + 1))
