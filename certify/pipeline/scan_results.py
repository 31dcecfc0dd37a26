"""A model's results, split by what the scan says of each item."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from certify.pipeline.scan_scores import ItemScores
from certify.scan import Benchmark, ScanReport
from certify.statistics import CleanSubset, clean_subset


class Group(NamedTuple):
    """Items of which the scan says the same."""

    items: int
    score: Fraction | None
    """Their mean; None without items."""


class SplitResults(NamedTuple):
    """Results split by what the scan found."""

    clean: Group
    """Items that were looked for and not found."""
    question: Group
    """Items of which the question was found, without its answer."""
    question_and_answer: Group
    """Items of which the question was found and its answer behind it."""
    answer: Group
    """Items of which a worked answer was found without the question."""
    not_judged: Group
    """Items too short to be looked for; in none of the means that are compared."""
    missing: int
    """Items of the benchmark without a result."""
    answer_filter: str | None
    """As in the file."""
    delta: CleanSubset | None
    """Clean items against all that were looked for; None without any."""


def split_results(report: ScanReport, benchmark: Benchmark, results: ItemScores) -> SplitResults:
    """The results split by what the scan says of each item."""
    answered = {one.item: one.answer_found for one in report.findings}
    alone, short = {one.item for one in report.answer_only}, set(report.too_short)
    groups: dict[str, list[Fraction]] = {name: [] for name in SplitResults._fields[:5]}
    for item, score in results.scores.items():
        groups[_kind(item, answered, alone, short)].append(score)
    found = [*groups["question"], *groups["question_and_answer"], *groups["answer"]]
    return SplitResults(
        **{
            name: Group(len(all_), sum(all_, Fraction(0)) / len(all_) if all_ else None)
            for name, all_ in groups.items()
        },
        missing=len(benchmark.items) - len(results.scores),
        answer_filter=results.answer_filter,
        delta=clean_subset(groups["clean"], found) if groups["clean"] or found else None,
    )


def _kind(item: str, answered: Mapping[str, bool], alone: set[str], short: set[str]) -> str:
    if item in answered:
        return "question_and_answer" if answered[item] else "question"
    if item in alone:
        return "answer"
    return "not_judged" if item in short else "clean"
