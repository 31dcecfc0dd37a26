"""Computes a comparison of items with their rewrites again, from the counts in its result."""

from __future__ import annotations

from fractions import Fraction

from certify.evidence.parameters.rewrites import LEAST_LEVEL
from certify.evidence.plan import Plan, PlannedCheck
from certify.evidence.results.estimates import Estimate
from certify.evidence.results.rewrites import PairedRewriteResult, ReferenceComparison, RewriteFault
from certify.statistics import (
    MINIMUM_ITEMS,
    Headroom,
    Interval,
    MarginGap,
    ReferenceGaps,
    Wanted,
    accuracy_interval,
    best_gap_power,
    fewest_items,
    is_computable,
    margin_gap,
    reference_gaps_of_counts,
    reference_power,
    smallest_inflation,
)
from certify.verify.requiring import require

MOST_ITEMS = 100_000
"""Items of a result that is computed again."""
_POWER = 0.0002
"""Powers rest on functions that differ in their last digits from machine to machine."""


def check_rewrites(check: PlannedCheck, result: PairedRewriteResult) -> None:
    """Returns if every number of a result follows from its counts and its plan.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    require(check, _asked(check) == _said(result), "is about something else than was planned")
    level = LEAST_LEVEL <= result.alpha / result.tests < 0.5 < result.least_power < 1
    require(check, level and result.margin < result.power_against, "is held against impossible levels")
    left = {one.reason: one.count for one in result.left_out}
    items = check.parameters.get("items")
    whole = result.items + left.get(RewriteFault.NO_REWRITE, 0)
    named = len(left) == len(result.left_out) and (not isinstance(items, int) or whole <= items)
    require(check, named, "leaves out other items than it says")
    if result.pairs is None:
        _check_unasked(check, result)
        return
    ways, answers = 2 * result.isomorphs, result.isomorphs * result.samples
    counted = sum(one.items for one in result.pairs)
    possible = all(max(one.original, one.rewritten) <= answers for one in result.pairs)
    possible = possible and counted == result.items <= MOST_ITEMS and counted * ways == check.items
    possible = possible and counted >= MINIMUM_ITEMS and is_computable(counted, answers, result.margin)
    right = sum((one.original + one.rewritten) * one.items for one in result.pairs)
    require(check, possible and right == result.outcomes.correct, "has pairs that its answers do not give")
    _check_numbers(check, result, answers)


def check_reference_models(plan: Plan, check: PlannedCheck, result: PairedRewriteResult) -> None:
    """Returns if a model does not stand among its own references.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    models = () if result.reference is None else result.reference.models
    require(check, all(one.identity != plan.model.identity for one in models), "has the model among its references")


def _asked(check: PlannedCheck) -> tuple[object, ...]:
    given = check.parameters
    made = given.get("rewrites") in ("families", "annotations")
    names = ("sha256", "isomorphs", "margin", "rewritesSha256", "referencesSha256")
    return (given.get("rewrites") if made else "file", check.samples, *(given.get(name) for name in names))


def _said(result: PairedRewriteResult) -> tuple[object, ...]:
    reference = result.reference.sha256 if result.reference else None
    own = (result.benchmark_sha256, result.isomorphs, result.margin, result.rewrites_sha256, reference)
    return (result.rewrites, result.samples, *own)


def _check_unasked(check: PlannedCheck, result: PairedRewriteResult) -> None:
    """Nothing was asked, nothing is claimed, and the assumptions of the plan give no more power than is said."""
    numbers = (result.original, result.rewritten, result.gap, result.plain_p_value, result.margin_p_value)
    nothing = all(one is None for one in (*numbers, result.p_value, result.upper, result.detectable, result.reference))
    require(check, nothing and check.items == 0, "tells of answers that nobody gave")
    accuracy, spread = (check.parameters.get(name) for name in ("expectedAccuracy", "expectedSpread"))
    known = isinstance(accuracy, float) and 0 < accuracy < 1 and isinstance(spread, int | float) and 0 <= spread <= 1
    require(check, known, "rests on no assumptions")

    def best(count: int) -> float:
        return best_gap_power(
            result.power_against,
            count,
            result.isomorphs * result.samples,
            accuracy=float(accuracy or 0),
            spread=float(spread or 0),
            alpha=result.alpha / result.tests,
            margin=result.margin,
        )

    require(check, abs(best(result.items) - result.power) <= _POWER, "has another power than its plan gives")
    _check_needed(check, result, fewest_items(best, result.least_power))


def _check_numbers(check: PlannedCheck, result: PairedRewriteResult, answers: int) -> None:
    rows = [(one.original, one.rewritten) for one in result.pairs or () for _ in range(one.items)]
    original, rewritten = [row[0] for row in rows], [row[1] for row in rows]
    shares = ((result.original, original), (result.rewritten, rewritten))
    same = all(_is_interval(share, accuracy_interval(counts, answers)) for share, counts in shares)
    require(check, same, "has other shares than its pairs give")
    judged = result.outcomes.judged_share
    wanted = Wanted(result.margin, result.power_against, result.alpha / result.tests, result.least_power, judged)
    found = margin_gap(original, rewritten, answers, wanted)
    said = (result.gap, result.plain_p_value, result.margin_p_value, result.upper)
    require(
        check,
        said == (found.gap, found.p_value, found.margin_p_value, found.upper),
        "claims another gap than its pairs have",
    )
    if result.reference is None:
        require(check, result.p_value == found.margin_p_value, "is decided by another p-value than its own")
        _check_power(check, result, found)
        return
    due = _compared(check, result.reference, result, Fraction(sum(original) - sum(rewritten), answers * len(rows)))
    headroom = Headroom.from_counts(rewritten, answers)

    def power(inflation: float, count: int | None = None) -> float:
        return reference_power(wanted.shown(inflation), due, headroom, wanted.alpha, count)

    reached, least = power(wanted.against), smallest_inflation(power, result.least_power)
    few = reached < wanted.power
    needed = fewest_items(lambda count: power(wanted.against, count), wanted.power) if few else None
    _check_power(check, result, found._replace(power=reached, detectable=least, needed=needed))


def _check_power(check: PlannedCheck, result: PairedRewriteResult, due: MarginGap) -> None:
    near = abs(result.power - due.power) <= _POWER
    near = near and result.detectable is not None and abs(result.detectable - due.detectable) <= _POWER
    require(check, near, "claims another power than its pairs give")
    _check_needed(check, result, due.needed)


def _check_needed(check: PlannedCheck, result: PairedRewriteResult, due: int | None) -> None:
    """The items that would do are the due ones, but for the last digits of a power."""
    said = result.needed
    if said is None or due is None:
        same = said is due or abs(result.power - result.least_power) <= _POWER
    else:
        same = abs(said - due) <= 1 + due // 1000
    require(check, same, "asks for another number of items than its pairs give")


def _compared(
    check: PlannedCheck, told: ReferenceComparison, result: PairedRewriteResult, gap: Fraction
) -> ReferenceGaps:
    """The test against references, from their counts and from the excess of each item."""
    answers = result.isomorphs * result.samples * result.items
    models = told.models
    fits = len(models) == told.references == len({one.identity for one in models})
    fits = fits and all(one.answers == answers and max(one.original, one.rewritten) <= answers for one in models)
    fits = (
        fits and sum(one.items for one in told.excesses) == result.items and is_computable(result.items, told.unit, 1.0)
    )
    fits = fits and all(abs(one.excess) <= 2 * told.unit for one in told.excesses)
    require(check, fits, "has references that do not fit its pairs")
    gaps = [Fraction(one.original - one.rewritten, answers) for one in models]
    excesses = [Fraction(one.excess, told.unit) for one in told.excesses for _ in range(one.items)]
    mean = gap - sum(gaps, Fraction(0)) / len(gaps)
    require(check, sum(excesses, Fraction(0)) == mean * result.items, "exceeds its references by another amount")
    due = reference_gaps_of_counts(gap, gaps, excesses)
    said = (told.excess, told.model_p, told.item_p, told.largest_gap, tuple(one.gap for one in models))
    test = due.test
    same = said == (test.excess, test.model_p, test.item_p, due.largest_gap, due.gaps)
    same = same and result.p_value == test.p_value and told.p_without_largest >= due.p_without_largest
    require(check, same, "is decided by another comparison than its references give")
    return due


def _is_interval(share: Estimate | None, due: Interval | None) -> bool:
    return share is not None and due is not None and share.model_dump() == due._asdict()
