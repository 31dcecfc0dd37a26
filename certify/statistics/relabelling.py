"""Is the published order of items likelier than other orders? Groups in which every order had the same chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from certify.statistics.binomial import binomial_mass
from certify.statistics.quantile import normal_cdf, normal_quantile
from certify.statistics.stream import Stream

MOST_GROUPS = 1 << 20
"""Groups beyond which no size is sought."""
_WORD = 1 << 62
_FEW = 1 << 12
"""Groups up to which the normal approximation is held against what is possible at best."""


class Lift(NamedTuple):
    """Sums over groups on which the power of the test depends; none of them says which order was the published one."""

    groups: int
    variance: float
    """Sum of the variances of a group's values."""
    headroom: float
    """Sum of what a group's largest value lies above their mean."""
    squares: float
    """Sum of the squares of that."""


def reaching_sums(values: Sequence[Sequence[int]], draws: int, stream: Stream) -> int:
    """How many random choices of one value from each group have a sum at least that of the first values.

    Args:
        values: for each group the value of the published order, then those of the random ones; as many in each.
        draws: choices.
        stream: the randomness.

    Source: under the null every value of a group is the first with the same chance, independently of other groups,
    so that (1 + this) / (1 + draws) is an exact p-value; Phipson and Smyth (2010).
    """
    orders = len(values[0])
    together = max(count for count in range(1, 63) if orders**count <= _WORD) if orders > 1 else 62
    observed, reached = sum(group[0] for group in values), 0
    for _ in range(draws):
        total = left = chosen = 0
        for group in values:
            if not left:
                chosen, left = stream.below(orders**together), together
            chosen, place = divmod(chosen, orders)
            left -= 1
            total += group[place]
        reached += total >= observed
    return reached


def lift_of(values: Sequence[Sequence[int]], unit: int = 1) -> Lift:
    """The sums over groups, to 4 decimals.

    Args:
        values: for each group its values.
        unit: what the integers are multiples of, one part in so many.
    """
    variances, tops = list[float](), list[float]()
    for group in values:
        mean = sum(group) / len(group)
        variances.append(math.fsum((one - mean) ** 2 for one in group) / len(group) / unit**2)
        tops.append((max(group) - mean) / unit)
    sums = math.fsum(variances), math.fsum(tops), math.fsum(top**2 for top in tops)
    return Lift(len(values), *(round(one, 4) for one in sums))


def lift_power(lift: Lift, orders: int, share: float, level: float) -> float:
    """The chance that the test finds a published order that is the likeliest of its group in a share of the groups.

    In the other groups every order is the published one with the same chance. The test finds it where the p-value is
    at most ``level``; enough draws are taken for granted.

    Args:
        lift: measured.
        orders: values in each group, at least 2.
        share: of groups, in (0, 1].
        level: in (0, 0.5).

    Returns:
        The power, rounded down to 4 decimals; with few groups never above :func:`best_power`.

    Source: normal approximation of a sum of independent choices; docs/statistics.md, rule ORDER.
    """
    spread = (1 - share) * lift.variance + share * (1 - share) * lift.squares
    if lift.groups < 1 or lift.variance <= 0:
        return 0.0
    distance = share * lift.headroom - normal_quantile(1 - level) * math.sqrt(lift.variance)
    reached = normal_cdf(distance / math.sqrt(spread)) if spread > 0 else float(distance >= 0)
    most = best_power(lift.groups, orders, share, level) if lift.groups <= _FEW else 1.0
    return math.floor(min(reached, most) * 10_000) / 10_000


def best_power(groups: int, orders: int, share: float, level: float) -> float:
    """The most power that any test of these groups can have against the same, whatever the values turn out to be.

    Args:
        groups, orders, share, level: as in :func:`lift_power`.

    Source: where the published order is the likeliest with a raised chance and everything else is left to chance, the
    likelihood ratio counts the groups in which it is; by Neyman and Pearson no test is better than that count.
    """
    lucky = 1 / orders
    found, tail = share + (1 - share) * lucky, 0.0
    least = groups + 1
    for count in range(groups, -1, -1):
        tail += binomial_mass(groups, count, lucky)
        if tail > level * (1 + 1e-9):  # logarithms round
            break
        least = count
    return math.fsum(binomial_mass(groups, count, found) for count in range(least, groups + 1))


def groups_needed(orders: int, share: float, level: float, power: float, measured: Lift | None = None) -> int | None:
    """Groups with which that power is reached; by what was measured where that is given, else at best.

    Gives None where more than :data:`MOST_GROUPS` would be needed.
    """

    def enough(groups: int) -> bool:
        if measured is None:
            return best_power(groups, orders, share, level) >= power
        scale = groups / measured.groups
        grown = Lift(groups, *(one * scale for one in measured[1:]))
        return lift_power(grown, orders, share, level) >= power

    high = 1
    while not enough(high):
        high *= 2
        if high > (MOST_GROUPS if measured else 1 << 14):
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
