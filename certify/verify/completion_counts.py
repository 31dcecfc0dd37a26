"""Checks that comparisons of published items with newer ones follow from the counts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.parameters.completions import BEFORE, FRESH, CountedAs
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.completions import ControlledResult, OptionRecallResult, PrefixCompletionResult
from certify.statistics import MOST_TRIALS, TwoShares, boschloo_p_value, prospect
from certify.verify.requiring import require

_MOST_TESTS = 10_000
"""No plan holds so many checks."""


def check_completions(check: PlannedCheck, result: Value) -> None:
    """Returns if p-value, power and the number of items needed are those of the counts.

    The level is shared among as many tests as the result says; whether there are so many is looked at elsewhere.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    if isinstance(result, PrefixCompletionResult):
        _check_prefixes(check, result)
    elif isinstance(result, OptionRecallResult):
        sides = result.published, result.newer
        counts = [_Counted(one.recalled, one.items) for one in sides]
        _check_compared(check, result, counts)
        require(check, result.p_value == _p_value(check, counts), "has another p-value than its counts give")


class _Counted(NamedTuple):
    hits: int
    items: int


def _check_prefixes(check: PlannedCheck, result: PrefixCompletionResult) -> None:
    asked = tuple(check.parameters.get(name) for name in ("share", "counted", "before"))
    said = result.share, result.counted.value, BEFORE if result.before is None else result.before
    require(check, asked == said, "completes other beginnings than were planned")
    sides = result.published, result.newer
    require(check, all(side.exact <= side.near for side in sides), "completes more items word for word than nearly so")
    near, exact = ([_Counted(getattr(side, name), side.items) for side in sides] for name in ("near", "exact"))
    counted, other = (exact, near) if result.counted is CountedAs.EXACT else (near, exact)
    _check_compared(check, result, counted)
    require(check, all(side.hits <= side.items for side in other), "completes more items than there are")
    due = _p_value(check, counted), _p_value(check, other)
    require(check, (result.p_value, result.other_p_value) == due, "has another p-value than its counts give")


def _check_compared(check: PlannedCheck, result: ControlledResult, counted: Sequence[_Counted]) -> None:
    """What every comparison owes: the planned files, hits among the answers, and the power of its sizes."""
    _check_files(check, result)
    require(check, all(side.items <= MOST_TRIALS for side in counted), "compares more items than it may")
    require(check, all(side.hits <= side.items for side in counted), "completes more items than there are")
    hits = sum(side.hits for side in counted)
    require(check, result.outcomes.correct == hits, "counts other hits than its answers")
    published, newer = counted
    _check_power(check, result, TwoShares(published.items, newer.items), newer.hits)


def _p_value(check: PlannedCheck, counted: Sequence[_Counted]) -> float | None:
    """Boschloo's, where anything was asked."""
    published, newer = counted
    return boschloo_p_value(*published, *newer) if check.items else None


def _check_files(check: PlannedCheck, result: ControlledResult) -> None:
    """The result is about the planned files, and a control made for the run has none."""
    digests, control = check.parameters.get("sha256"), check.parameters.get("control")
    named = digests if isinstance(digests, dict) else {}
    benchmark = str(check.parameters.get("benchmark"))
    due = named.get(benchmark), None if control == FRESH else named.get(str(control))
    made = (result.control == FRESH, result.control_released is None) == (control == FRESH, control == FRESH)
    same = made and (result.benchmark_sha256, result.control_sha256) == due
    require(check, same, "is about other items than were planned")


def _check_power(check: PlannedCheck, result: ControlledResult, sizes: TwoShares, newer_hits: int) -> None:
    """All items are asked, or none, where the best case could not tell anything."""
    require(check, 0 < result.alpha < 1 and result.tests <= _MOST_TESTS, "is held against a level that is none")
    asked = result.power_against, result.alpha / result.tests, result.least_power
    worth = prospect(sizes, 0, *asked).enough
    require(check, check.items == (sum(sizes) if worth else 0), "asks other items than its sizes call for")
    found = prospect(sizes, newer_hits, result.power_against * result.outcomes.judged_share, *asked[1:])
    require(check, (result.power, result.needed) == found[:2], "has another power than its counts give")
