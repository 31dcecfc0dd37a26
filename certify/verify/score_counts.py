"""Checks that shares of right answers are those of the counts beside them, and no interval is narrower than it can be.

The answers to single items stay in the evidence pack. What a reader of the certificate can hold against its numbers
are the counts in it: they fix every share, and how narrow an interval around it could be at best.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import PurePath

from certify.evidence.base import Value
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import (
    FamilyResult,
    FreshReasoningResult,
    MultiTurnResult,
    PrivateSetResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
    UnseenToolsResult,
)
from certify.evidence.results.estimates import Drop, Estimate
from certify.statistics import no_inflation_bound, paired_interval, tightest_interval
from certify.verify.requiring import require

Counts = dict[str, tuple[int, int]]
"""Items and right answers by family; one family where there are none."""

_HALF = 0.00005
_TWO_ROUNDINGS = 0.00011
_LETTER = re.compile(r"always-[A-Z]")


def check_scores(check: PlannedCheck, result: Value) -> None:
    """Returns if the shares of a result follow from its counts, and its intervals are none that no answers could give.

    A result with looks is left to :mod:`certify.verify.looks`, which decides every look again.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    if isinstance(result, StaticBenchmarkResult | PrivateSetResult):
        _check_one_set(check, result)
    if isinstance(result, FreshReasoningResult):
        _check_fresh(check, result)
    if isinstance(result, StaticFreshGapResult):
        _check_gap(check, result)
    if isinstance(result, MultiTurnResult):
        _check_turns(check, result)
    if isinstance(result, UnseenToolsResult):
        _check_tools(check, result)


def is_of_counts(share: Estimate, counts: Counts, samples: int) -> bool:
    """Whether a share is that of these counts, and its interval not narrower than any spread of them gives."""
    best = tightest_interval(counts, samples)
    said = (share.estimate, share.items, share.samples)
    return (
        best is not None and said == (best.estimate, best.items, samples) and _encloses(share, best.lower, best.upper)
    )


def is_possible(share: Estimate, items: int, samples: int) -> bool:
    """Whether some number of right answers gives this share, and an interval as wide as it needs at least."""
    answers = items * samples
    least, most = math.ceil((share.estimate - _HALF) * answers), math.floor((share.estimate + _HALF) * answers)
    found = [
        tightest_interval({"": (items, right)}, samples)
        for right in {max(least, 0), min(most, answers)}
        if least <= right <= most
    ]
    ends = [(one.lower, one.upper) for one in found if one is not None]
    same = bool(ends) and (share.items, share.samples) == (items, samples)
    return same and _encloses(share, max(low for low, _ in ends), min(high for _, high in ends))


def is_possible_drop(drop: Drop) -> bool:
    """Whether a difference lies within its bounds, and these are as far apart as if every pair differed alike.

    Source: pairs that all differ alike have no variance but that which rule DROP adds.
    """
    best = paired_interval([drop.estimate] * drop.items)
    within = drop.lower <= drop.estimate <= drop.upper
    if best is None or not within:
        return False
    return drop.lower <= best.lower + _TWO_ROUNDINGS and best.upper - _TWO_ROUNDINGS <= drop.upper


def _encloses(share: Estimate, lower: float, upper: float) -> bool:
    return share.lower <= share.estimate <= share.upper and share.lower <= lower and upper <= share.upper


def _check_one_set(check: PlannedCheck, result: StaticBenchmarkResult | PrivateSetResult) -> None:
    looked = isinstance(result, StaticBenchmarkResult) and result.looks
    counts = {"": (check.items, result.outcomes.correct)}
    fits = looked or is_of_counts(result.accuracy, counts, check.samples)
    require(check, bool(fits), "has another accuracy than its right answers give")
    require(check, _is_guessed(result), "names a share for guessing that no choices give")
    if isinstance(result, StaticBenchmarkResult):
        require(check, _is_named(check, result), "names another benchmark than was planned")
        _check_scaling(check, result)


def _is_guessed(result: StaticBenchmarkResult | PrivateSetResult) -> bool:
    """Whether some set of so many items could be guessed like this: half at most at random, whole items by a letter."""
    share, how = result.floor, result.floor_responder
    if share is None or how is None:
        return share is None and how is None
    if isinstance(result, StaticBenchmarkResult) and result.task is not None:
        return False
    if how == "at-random":
        return 0 < share <= 0.5
    items = max(result.accuracy.items, 1)
    right = round(share * items)
    return _LETTER.fullmatch(how) is not None and right > 0 and abs(share - right / items) <= _TWO_ROUNDINGS


def _is_named(check: PlannedCheck, result: StaticBenchmarkResult) -> bool:
    """Whether the result is about the planned benchmark, or the planned task with its metric."""
    task, planned = result.task, check.parameters.get("task")
    if planned is not None:
        metric = None if task is None else f"{task.metric},{task.filter}"
        names = (result.benchmark, None if task is None else task.name)
        return names == (planned, planned) and metric == check.parameters.get("metric")
    named = str(check.parameters.get("benchmark"))
    file = PurePath(named).name.partition(".")[0] or "benchmark"
    return task is None and result.benchmark in (named, file)


def _check_scaling(check: PlannedCheck, result: StaticBenchmarkResult) -> None:
    points, planned = result.scaling or (), check.parameters.get("scaling") or ()
    same = [point.answers for point in points] == sorted(set(planned))
    mean = result.accuracy.estimate
    for point in points:
        whole = point.all_right.estimate - _HALF <= mean + _HALF and mean - _HALF <= point.any_right.estimate + _HALF
        vote = point.majority
        same = same and whole and point.all_right.estimate <= vote.estimate <= point.any_right.estimate
        shares = (point.any_right, point.all_right, vote)
        same = same and all(one.lower <= one.estimate <= one.upper and one.items == check.items for one in shares)
    require(check, same, "has another test-time scaling than was planned, or one that its accuracy excludes")


def _check_fresh(check: PlannedCheck, result: FreshReasoningResult) -> None:
    rows = (*result.families, *(result.public_families or ()))
    plain = all(row.answers == row.items * check.samples and 0 <= row.right <= row.answers for row in rows)
    plain = plain and all(row.share == round(row.right / max(1, row.answers), 4) for row in rows)
    require(check, plain, "has a family with another share than its right answers give")
    fits = bool(result.looks) or is_of_counts(result.accuracy, _by_family(result.families), check.samples)
    beside = result.public
    fits = fits and (beside is None or is_of_counts(beside, _by_family(result.public_families or ()), check.samples))
    require(check, fits, "has another accuracy than its families give")


def _by_family(rows: Iterable[FamilyResult]) -> Counts:
    return {row.family: (row.items, row.right) for row in rows}


def _check_gap(check: PlannedCheck, result: StaticFreshGapResult) -> None:
    asked, twins = check.parameters, result.isomorphs or 1
    planned = (asked.get("powerAgainst"), asked.get("margin"), asked.get("isomorphs"))
    same = planned == (result.power_against, result.margin, result.isomorphs)
    same = same and (result.margin is None) == (result.margin_p_value is None)
    require(check, same, "is tested against something else than was planned")
    whole = result.items * twins <= check.items and result.static.items == result.items
    if result.items * twins == check.items:
        counts = {"": (result.items, result.outcomes.correct)}
        whole = whole and is_of_counts(result.fresh, counts, check.samples * twins)
    else:  # the published side stopped at a look, so that some twins have no partner
        whole = whole and is_possible(result.fresh, result.items, check.samples * twins)
    whole = whole and is_possible(result.static, result.items, result.static.samples)
    require(check, whole, "has shares that its right answers do not give")
    apart = abs(result.gap - (result.static.estimate - result.fresh.estimate)) <= 2 * _TWO_ROUNDINGS
    likely = result.gap >= 0 or result.p_value >= 0.5
    lowest = no_inflation_bound([max(result.gap - _HALF, -1.0)] * result.items)
    bounded = result.gap <= result.upper and lowest <= result.upper
    require(check, apart and likely and bounded, "claims another gap than its shares have")


def _check_turns(check: PlannedCheck, result: MultiTurnResult) -> None:
    items, levels = check.items // 3, result.levels
    shares = {"facts": result.facts, "message": result.message, "turns": result.turns}
    fits = all(is_possible(share, items, check.samples) for share in shares.values())
    for name, share in shares.items():
        fits = fits and _is_mean(share.estimate, [(getattr(one, name), one.items) for one in levels])
    answers = items * check.samples
    right = sum(share.estimate * answers for share in shares.values())
    require(check, fits and abs(right - result.outcomes.correct) <= 3 * _HALF * answers + 0.01, "does not add up")
    drops = (
        (result.revision_drop, result.facts, result.message),
        (result.turn_drop, result.message, result.turns),
        (result.total_drop, result.facts, result.turns),
    )
    apart = all(
        abs(drop.estimate - (before.estimate - after.estimate)) <= 2 * _TWO_ROUNDINGS
        and drop.items == items
        and is_possible_drop(drop)
        for drop, before, after in drops
    )
    require(check, apart, "claims another drop than its shares have")


def _check_tools(check: PlannedCheck, result: UnseenToolsResult) -> None:
    items = sum(level.items for level in result.levels)
    for name, used in (("act", result.act), ("plan", result.plan)):
        if used is None:
            continue
        shares = [(getattr(level, name), level.items) for level in result.levels]
        fits = is_possible(used.solved, items, check.samples) and all(share is not None for share, _ in shares)
        require(check, fits and _is_mean(used.solved.estimate, shares), "does not add up")


def _is_mean(share: float, parts: list[tuple[float, int]]) -> bool:
    """Whether a share is the mean of parts by their items, up to the rounding of all of them."""
    items = sum(count for _, count in parts)
    return items > 0 and abs(share - sum(part * count for part, count in parts) / items) <= _TWO_ROUNDINGS
