"""Checks that comparisons of published items with newer ones follow from the counts beside them."""

from __future__ import annotations

from certify.evidence.base import Value
from certify.evidence.parameters.completions import FRESH
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.completions import CompletedItems, ControlledResult, PrefixCompletionResult
from certify.statistics import TwoShares, boschloo_p_value, prospect
from certify.verify.requiring import require


def check_completions(check: PlannedCheck, result: Value) -> None:
    """Returns if p-value, power and the number of items needed are those of the counts.

    The level is shared among as many tests as the result says; whether there are so many is looked at elsewhere.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    if not isinstance(result, PrefixCompletionResult):
        return
    _check_files(check, result)
    asked = check.parameters.get("share"), check.parameters.get("counted")
    require(check, asked == (result.share, result.counted.value), "completes other beginnings than were planned")
    published, newer = result.published, result.newer
    plain = all(side.exact <= side.near <= side.items for side in (published, newer))
    require(check, plain, "completes more items than there are")
    hits = result.hits(published), result.hits(newer)
    require(check, result.outcomes.correct == sum(hits), "counts other completions than its answers")
    near, exact = _p_value(check, published, newer, "near"), _p_value(check, published, newer, "exact")
    due = (exact, near) if result.counted.value == "exact" else (near, exact)
    require(check, (result.p_value, result.other_p_value) == due, "has another p-value than its counts give")
    _check_power(check, result, TwoShares(published.items, newer.items), hits[1])


def _p_value(check: PlannedCheck, published: CompletedItems, newer: CompletedItems, kind: str) -> float | None:
    sides = [(getattr(one, kind), one.items) for one in (published, newer)]
    if not check.items:
        return None
    return boschloo_p_value(*sides[0], *sides[1])


def _check_files(check: PlannedCheck, result: ControlledResult) -> None:
    """The result is about the planned files, and a control made for the run has none."""
    digests, control = check.parameters.get("sha256"), check.parameters.get("control")
    named = digests if isinstance(digests, dict) else {}
    due = named.get(check.parameters.get("benchmark")), None if control == FRESH else named.get(control)
    made = (result.control == FRESH, result.control_released is None) == (control == FRESH, control == FRESH)
    same = made and (result.benchmark_sha256, result.control_sha256) == due
    require(check, same, "is about other items than were planned")


def _check_power(check: PlannedCheck, result: ControlledResult, sizes: TwoShares, newer_hits: int) -> None:
    """All items are asked, or none, where the best case could not tell anything."""
    asked = result.power_against, result.alpha / result.tests, result.least_power
    worth = prospect(sizes, 0, *asked).enough
    require(check, check.items == (sum(sizes) if worth else 0), "asks other items than its sizes call for")
    found = prospect(sizes, newer_hits, *asked)
    require(check, (result.power, result.needed) == found[:2], "has another power than its counts give")
