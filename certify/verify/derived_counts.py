"""Checks that results which measure the answers to other checks count the same answers as those do."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from certify.evidence.base import Value
from certify.evidence.instances import kind_of
from certify.evidence.plan import Plan, PlannedCheck
from certify.evidence.results import (
    AnswerLengths,
    ConcisionResult,
    CostResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
)
from certify.evidence.results.estimates import Outcomes
from certify.statistics import printed_holm
from certify.verify.detections import check_detections, planned_tests
from certify.verify.order_counts import check_orders
from certify.verify.requiring import require

_ROUNDING = 0.0002
BRIEF = 60.0
"""Seconds; rates of a shorter run say little. Source: docs/checks/cost.md."""


def check_derived(plan: Plan, results: Mapping[str, Value]) -> None:
    """Returns if every result about other checks' answers agrees with the results of those.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    for check in plan.checks:
        result = results.get(check.id)
        if isinstance(result, ConcisionResult):
            _check_lengths(check, result, results)
        if isinstance(result, CostResult):
            _check_cost(check, result, results)
        if isinstance(result, StaticFreshGapResult):
            _check_published(check, result, plan, results)
    _check_several_gaps(plan, results)
    check_detections(plan, results)
    tests = planned_tests(plan)
    for check in plan.checks:
        if (found := results.get(check.id)) is not None:
            check_orders(check, found, tests)


def _check_lengths(check: PlannedCheck, result: ConcisionResult, results: Mapping[str, Value]) -> None:
    for found in result.checks:
        ended = getattr(results.get(found.check), "outcomes", None)
        fits = _adds_up(found) and (not isinstance(ended, Outcomes) or _same_answers(found, ended))
        require(check, fits, f"counts other answers to {found.check} than its result does")
    worst = max(one.truncated_share for one in result.checks), max(one.looped_share for one in result.checks)
    require(check, worst == (result.truncated_share, result.looped_share), "does not tell its largest shares")


def _adds_up(found: AnswerLengths) -> bool:
    parts = (found.right.answers, found.wrong.answers) == (found.correct, found.answers - found.correct)
    ratio = found.tokens_per_correct
    said = (ratio is None) == (found.correct == 0)
    said = said and (ratio is None or abs(ratio - found.tokens / found.correct) <= 0.001)
    low, high = found.tokens_per_correct_lower, found.tokens_per_correct_upper
    said = said and (ratio is None or ((low or 0) <= ratio and (high is None or ratio <= high)))
    curve = [point.accuracy.estimate for point in found.curve]
    share = found.correct / max(1, found.answers) + _ROUNDING
    return parts and said and all(a <= b for a, b in pairwise(curve)) and all(one <= share for one in curve)


def _same_answers(found: AnswerLengths, ended: Outcomes) -> bool:
    looped = round(ended.looped / max(1, ended.answers), 4)
    said = (found.answers, found.correct, found.truncated_share, found.looped_share)
    return said == (ended.answers, ended.correct, ended.truncated_share, looped)


def _check_cost(check: PlannedCheck, result: CostResult, results: Mapping[str, Value]) -> None:
    ended = [getattr(results.get(name), "outcomes", None) for name in result.reads]
    counted = [one for one in ended if isinstance(one, Outcomes)]
    if len(counted) == len(ended):
        whole = sum(one.answers for one in counted), sum(one.correct for one in counted)
        require(check, whole == (result.answers, result.correct), "counts other answers than the checks it reads")
    priced = check.parameters.get("currency"), check.parameters.get("pricePerHour")
    same = (result.currency, result.price_per_hour) == (priced if None not in priced else (None, None))
    require(check, same and result.brief == (result.seconds < BRIEF), "has another price or length than it should")
    memory, hours, price = result.gpu_memory or result.peak_memory, result.kilowatt_hours, result.price_per_hour
    rates = (
        (result.correct_per_second, result.seconds),
        (result.correct_per_second_per_gigabyte, result.seconds * memory / 1e9 if memory else None),
        (result.correct_per_kilowatt_hour, hours),
        (result.correct_per_unit, result.seconds / 3600 * price if price else None),
    )
    follow = all(
        (rate is None) == (quantity is None)
        and (rate is None or quantity is None or abs(rate * quantity - result.correct) <= 1e-5 * result.correct)
        for rate, quantity in rates
    )
    require(check, follow, "has a rate that its own measurements do not give")


def _check_published(
    check: PlannedCheck, result: StaticFreshGapResult, plan: Plan, results: Mapping[str, Value]
) -> None:
    """The published side of a gap is what the check that asked it found, where both are about the same items."""
    asked = check.parameters.get("benchmark")
    published = [
        one for one in plan.checks if kind_of(one.id) == "static-benchmark" and one.parameters.get("benchmark") == asked
    ]
    whole = results.get(published[0].id) if published else None
    if not isinstance(whole, StaticBenchmarkResult):
        return
    items, left = whole.accuracy.items, result.left_out
    require(check, result.static.samples == whole.accuracy.samples, "compares with other answers than were given")
    require(check, left is None or left + result.items == items, "leaves out other items than it says")
    same = result.items != items or abs(result.static.estimate - whole.accuracy.estimate) <= _ROUNDING
    require(check, same and result.items <= items, "compares with another accuracy than was found")


def _check_several_gaps(plan: Plan, results: Mapping[str, Value]) -> None:
    """Where the plan tests several gaps, every p-value stands corrected for their number beside the plain one."""
    planned = [check for check in plan.checks if kind_of(check.id) == "static-fresh-gap"]
    found = {one.id: result for one in planned if isinstance(result := results.get(one.id), StaticFreshGapResult)}
    plain = printed_holm({name: one.p_value for name, one in found.items()}, len(planned))
    bounds = {name: one.margin_p_value for name, one in found.items() if one.margin_p_value is not None}
    margins = sum(check.parameters.get("margin") is not None for check in planned)
    beyond = printed_holm(bounds, max(margins, len(bounds)))
    for check in planned:
        if (result := found.get(check.id)) is not None:
            due = (len(planned), plain[check.id], beyond.get(check.id)) if len(planned) > 1 else (None, None, None)
            said = (result.tests, result.holm_p_value, result.holm_margin_p_value)
            require(check, said == due, "is not corrected for the number of gaps that were planned")
