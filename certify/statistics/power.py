"""What inflation a paired test could have found, from the spread that was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from certify.statistics.quantile import normal_cdf, normal_quantile

MOST_ITEMS = 1_000_000
"""More items than any benchmark has."""


class Headroom(NamedTuple):
    """Where honest accuracy leaves room for a leak to show."""

    room: float
    """1 minus the fresh accuracy: the largest inflation possible."""
    lift: float
    """Mean squared distance of the items' true accuracy from 1: what a leaked item adds to the variance."""

    @classmethod
    def from_counts(cls, fresh: Sequence[int], samples: int) -> Headroom:
        """Estimated from the right answers of fresh items.

        The sampling noise inside each item is subtracted; with one answer per item it cannot be told apart
        and stays in, which makes the stated power smaller, never larger.
        """
        shares = [count / samples for count in fresh]
        room = math.fsum(1 - x for x in shares) / len(shares)
        noise = math.fsum(x * (1 - x) for x in shares) / (samples - 1) / len(shares) if samples > 1 else 0.0
        lift = max(math.fsum((1 - x) ** 2 for x in shares) / len(shares) - noise, room * room)
        return cls(room, lift)

    def roomy(self, inflation: float) -> Headroom:
        """The nearest headroom in which an inflation is possible at all; this one where it is.

        Lower accuracies by a mean of e add at most 2 e to the mean squared distance from 1, which never exceeds the
        mean distance itself.
        """
        if inflation <= self.room:
            return self
        return Headroom(inflation, min(inflation, self.lift + 2 * (inflation - self.room)))


def gap_power(
    inflation: float, sd: float, items: int, headroom: Headroom, alpha: float = 0.05, *, margin: float = 0.0
) -> float:
    """The chance that the sign-flip test at ``alpha`` finds a leak that lifts the mean by ``inflation``.

    A leak that makes some items certainly right also widens the spread of the differences; without that the
    detectable inflation comes out 15 to 40 % too small.

    Args:
        inflation: in (0, 1]; above the headroom it is impossible and the power is 0.
        sd: measured standard deviation of the differences.
        items: pairs.
        headroom: from the fresh items.
        alpha: one-sided error rate, in (0, 0.5).
        margin: the gap that is tested against, in [0, 1]; an inflation up to it is not looked for, and has power 0.

    Returns:
        The power, rounded down to 4 decimals.

    Raises:
        ValueError: an argument outside its range.

    Source: normal approximation; variance under a concentrated leak of a share q of the items,
    sd**2 + q * E(1-p)**2 - inflation**2 with q = inflation / (1 - accuracy).
    """
    if not (0 < inflation <= 1 and 0 < alpha < 0.5 and sd >= 0 and math.isfinite(sd) and 0 <= margin <= 1):
        raise ValueError(f"no power for inflation {inflation}, sd {sd}, alpha {alpha}, margin {margin}")
    if not margin < inflation <= headroom.room or items < 1 or 0.5**items > alpha:
        return 0.0
    error = leaked_sd(inflation, sd, headroom) / math.sqrt(items)
    if error == 0:
        return 1.0
    return math.floor(normal_cdf((inflation - margin) / error - normal_quantile(1 - alpha)) * 10_000) / 10_000


def detectable_inflation(
    sd: float, items: int, headroom: Headroom, alpha: float = 0.05, power: float = 0.8, *, margin: float = 0.0
) -> float:
    """The smallest inflation found with the wanted power, rounded up to 4 decimals; arguments as :func:`gap_power`.

    Returns:
        1.0 when no inflation that the headroom allows reaches that power: the test could not have found any.

    Raises:
        ValueError: power outside (0.5, 1), or another argument outside its range.
    """
    if not 0.5 < power < 1:
        raise ValueError(f"the power {power} is outside (0.5, 1)")

    def power_of(inflation: float) -> float:
        return gap_power(inflation, sd, items, headroom, alpha, margin=margin)

    return smallest_inflation(power_of, power, headroom.room)


def smallest_inflation(power_of: Callable[[float], float], power: float, room: float = 1.0) -> float:
    """The smallest inflation that a test finds with a power, rounded up to 4 decimals; 1.0 where it finds none.

    Args:
        power_of: power against an inflation; it grows with it.
        power: what is wanted.
        room: the largest inflation that is looked at.
    """
    largest = math.floor(room * 10_000)
    largest -= largest / 10_000 > room  # the product may have been rounded up
    if largest < 1 or power_of(largest / 10_000) < power:
        return 1.0
    low, high = 0, largest
    while high - low > 1:
        middle = (low + high) // 2
        if power_of(middle / 10_000) >= power:
            high = middle
        else:
            low = middle
    return high / 10_000


def fewest_items(power_of: Callable[[int], float], power: float) -> int | None:
    """The smallest number of items with which a test reaches a power; None where ``MOST_ITEMS`` do not.

    Args:
        power_of: power with so many items; it grows with them.
        power: what is wanted.
    """
    if power_of(MOST_ITEMS) < power:
        return None
    low, high = 0, MOST_ITEMS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= power else (middle, high)
    return high


def leaked_sd(inflation: float, sd: float, headroom: Headroom) -> float:
    """The spread of the differences where a leak makes some items certainly right and lifts the mean so far.

    Source: ``sd**2 + q E(1-p)**2 - inflation**2`` with q = inflation / (1 - accuracy); see :func:`gap_power`.
    """
    leaked_share = inflation / headroom.room
    return math.sqrt(max(sd * sd + leaked_share * headroom.lift - inflation * inflation, 0.0))
