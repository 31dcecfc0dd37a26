"""Checks that tests on published orders follow from the counts they tell."""

from __future__ import annotations

from certify.evidence.base import Value
from certify.evidence.parameters import OptionOrderParameters, OrderExchangeabilityParameters
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import OptionOrderResult, OrderExchangeabilityResult
from certify.statistics import (
    Lift,
    groups_needed,
    lift_power,
    permutation_p_value,
    rank_items_needed,
    rank_power,
    rank_test,
)
from certify.verify.requiring import require

DIGIT = 0.00011
"""Powers that machines round apart differ by one digit."""


def check_orders(check: PlannedCheck, result: Value, tests: int) -> None:
    """Returns if a result is of the planned size and its p-value, power and number of items follow from its counts.

    Args:
        check: as planned.
        result: of any check.
        tests: tests of contamination in the plan.

    Raises:
        HostileInput: CERT-E090, otherwise; CERT-E045, the planned parameters are malformed.
    """
    if isinstance(result, OrderExchangeabilityResult):
        _check_shards(check, OrderExchangeabilityParameters.from_document(check.parameters), result, tests)
    if isinstance(result, OptionOrderResult):
        _check_options(check, OptionOrderParameters.from_document(check.parameters), result, tests)


def _check_shards(
    check: PlannedCheck, asked: OrderExchangeabilityParameters, result: OrderExchangeabilityResult, tests: int
) -> None:
    orders, level, share = asked.shuffles + 1, asked.alpha / tests, asked.power_against
    same = (result.benchmark_sha256, result.orders, result.draws) == (asked.sha256, orders, asked.draws)
    require(check, same, "is about another benchmark or other orders than were planned")
    whole = check.items == (result.shards + result.left_out) * orders
    whole = whole and result.shards + result.left_out <= asked.shards
    require(check, whole and result.items == result.shards * asked.shard_items, "does not count the planned texts")
    told = (result.p_value, result.reaching, result.lift, result.sums)
    require(check, (None in told) == (result.shards == 0) == all(one is None for one in told), "tells half of a test")
    reached = 1 / (asked.draws + 1) <= level
    lift = None
    if result.reaching is not None and result.sums is not None and result.lift is not None:
        require(check, result.reaching <= result.draws, "counts more draws than were made")
        expected = permutation_p_value(result.reaching, result.draws)
        require(check, result.p_value == expected, "has another p-value than its draws give")
        lift = Lift(result.shards, result.sums.variance, result.sums.headroom, result.sums.squares)
        require(check, _is_possible(lift, orders, result.lift), "tells sums that no log-probabilities have")
    power = lift_power(lift, orders, share, level) if lift and reached else 0.0
    require(check, abs(result.power - power) <= DIGIT, "has another power than its sums give")
    more = power < asked.least_power and reached
    shards = groups_needed(orders, share, level, asked.least_power, lift) if more else None
    needed = None if shards is None else shards * asked.shard_items
    require(check, result.needed == needed, "asks for another number of items than its sums give")


def _check_options(check: PlannedCheck, asked: OptionOrderParameters, result: OptionOrderResult, tests: int) -> None:
    orders, level, share = asked.shuffles + 1, asked.alpha / tests, asked.power_against
    named = result.benchmark_sha256, result.control_sha256, result.orders, result.draws
    same = named == (asked.sha256, asked.control_sha256, orders, asked.draws)
    require(check, same, "is about other files or other orders than were planned")
    published, control = result.ranks or (), result.control_ranks or ()
    whole = (sum(published), sum(control)) == (result.items, result.control_items)
    whole = whole and max(result.items, result.control_items) <= asked.first
    whole = whole and check.items == (result.items + result.control_items + result.left_out) * orders
    require(check, whole, "does not count the planned texts")
    found = result.p_value, result.reaching, result.ranks_p_value, result.likeliest_p_value
    test, power = None, 0.0
    if check.items:
        shaped = len(published) == len(control) == orders and result.items > 0 and result.control_items > 0
        require(check, shaped, "does not count every rank of both sides")
        test = rank_test(published, control, asked.draws)
        power = rank_power(result.items, control, share, level / 2)
    due = (test.p_value, test.reaching, test.ranks_p_value, test.likeliest_p_value) if test else (None,) * 4
    require(check, found == due, "has other p-values than its ranks give")
    require(check, abs(result.power - power) <= DIGIT, "has another power than its ranks give")
    more = power < asked.least_power and 2 / (asked.draws + 1) <= level
    against = level / 2 if check.items else level
    needed = rank_items_needed(share, against, asked.least_power, control if check.items else None) if more else None
    require(check, result.needed == needed, "asks for another number of items than its ranks give")


def _is_possible(lift: Lift, orders: int, mean: float) -> bool:
    """Whether the published orders lie no higher than the likeliest, and the sums are those of some numbers.

    Source: a group of n values whose largest lies m above their mean has a variance between m^2 / (n - 1) and
    (n - 1) m^2, and the square of a sum is at most its number of parts times the sum of the squares.
    """
    slack = 0.0005 * lift.groups + 1e-6 * lift.squares
    bounded = lift.squares / (orders - 1) <= lift.variance + slack
    bounded = bounded and lift.variance <= (orders - 1) * lift.squares + slack
    spread = lift.headroom**2 <= lift.groups * lift.squares * (1 + 1e-6) + slack * (1 + lift.headroom)
    return bounded and spread and mean * lift.groups <= lift.headroom + slack
