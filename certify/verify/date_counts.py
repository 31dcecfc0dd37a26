"""Checks that a comparison by date follows from the counts in it, and that these are the answers of the benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from certify.errors import HostileInput
from certify.evidence.base import Value
from certify.evidence.instances import kind_of
from certify.evidence.plan import Plan, PlannedCheck
from certify.evidence.results import DateSplitResult, StaticBenchmarkResult
from certify.evidence.results.dates import LABEL, MOST_DATED
from certify.evidence.results.estimates import Estimate
from certify.statistics import Interval, counted_split
from certify.statistics.stream import Stream
from certify.verify.requiring import require


def check_dates(plan: Plan, results: Mapping[str, Value]) -> None:
    """Returns if every share, difference and p-value of a split by date is that of its counts.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    for check in plan.checks:
        result = results.get(check.id)
        if isinstance(result, DateSplitResult):
            asked = (check.parameters.get("sha256"), check.parameters.get("cutoff"))
            require(check, asked == (result.benchmark_sha256, result.cutoff), "is about another file or day")
            _check_numbers(check, result)
            _check_answers(check, result, plan, results)


def check_cutoffs(plan: Plan, attested: Iterable[str | None]) -> None:
    """Returns if no check takes the training data for older than a data steward attests.

    Args:
        plan: as signed.
        attested: cut-off days in the stewards' statements, those that they tell.

    Raises:
        HostileInput: CERT-E090, one does.
    """
    last = max((day for day in attested if day is not None), default="")
    for check in plan.checks:
        if kind_of(check.id) == "date-split" and str(check.parameters.get("cutoff")) < last:
            raise HostileInput("CERT-E090", f"the plan's {check.id} names an earlier cut-off than the data steward")


def _check_numbers(check: PlannedCheck, result: DateSplitResult) -> None:
    before, after = result.before_counts, result.after_counts
    known = min(*before, *after) >= 0 and len(before) == len(after) and sum(before) + sum(after) <= MOST_DATED
    require(check, known, "counts items that no benchmark has")
    found = counted_split(before, after, Stream(bytes.fromhex(result.benchmark_sha256), LABEL))
    require(check, found is not None, "compares fewer items than it may")
    if found is None:
        return
    said = (_printed(result.before), _printed(result.after), (result.difference, result.lower, result.upper))
    due = (found.first, found.second, tuple(found.difference))
    require(check, (*said, result.p_value) == (*due, found.p_value), "has other numbers than its counts give")


def _printed(share: Estimate) -> Interval:
    return Interval(share.estimate, share.lower, share.upper, share.items, share.samples, share.rule)


def _check_answers(check: PlannedCheck, result: DateSplitResult, plan: Plan, results: Mapping[str, Value]) -> None:
    """The items are those that the benchmark was asked with, and no more of their answers are right."""
    benchmark = check.parameters.get("benchmark")
    asked = (one.id for one in plan.checks if kind_of(one.id) == "static-benchmark" and _about(one) == benchmark)
    whole = results.get(next(asked, ""))
    if not isinstance(whole, StaticBenchmarkResult):
        return
    items = result.before.items + result.after.items + result.undated
    right = sum(place * (one + other) for place, (one, other) in enumerate(_pairs(result)))
    most = right + result.undated * whole.accuracy.samples
    fits = result.before.samples == whole.accuracy.samples and items == whole.accuracy.items
    require(check, fits and right <= whole.outcomes.correct <= most, "sorts other answers than were given")


def _pairs(result: DateSplitResult) -> list[tuple[int, int]]:
    return list(zip(result.before_counts, result.after_counts, strict=True))


def _about(check: PlannedCheck) -> object:
    return check.parameters.get("benchmark")
