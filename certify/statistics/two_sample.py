"""Two groups of different items against each other: the difference of their means, and whether chance explains it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.accuracy import accuracy_interval
from certify.statistics.exact_tests import permutation_p_value
from certify.statistics.interval import (
    CONTEXT,
    MINIMUM_ITEMS,
    Interval,
    alpha_of,
    ceil_four,
    exact,
    exact_root,
    floor_four,
    round_four,
)
from certify.statistics.quantile import printed_t_quantile
from certify.statistics.stream import Stream

DRAWN = 999
"""Random divisions that the test draws."""


class Side(NamedTuple):
    """All that is needed to know of the items on one side."""

    items: int
    """Items."""
    total: Fraction
    """Sum of their scores."""
    squares: Fraction
    """Sum of their squared scores."""


class TwoSample(NamedTuple):
    """The mean of the first group minus that of the second, on four decimals."""

    difference: float
    """Rounded to the nearest."""
    lower: float
    """Lower bound, rounded down."""
    upper: float
    """Upper bound, rounded up."""


class Split(NamedTuple):
    """Two groups of different items, as they are printed."""

    first: Interval
    """Accuracy on the first (rule ACC)."""
    second: Interval
    """On the second."""
    difference: TwoSample
    """First minus second."""
    p_value: float
    """See :func:`division_p_value`."""


def counted_split(first: Sequence[int], second: Sequence[int], stream: Stream) -> Split | None:
    """Two groups compared (rules ACC and SPLIT), from how many of their items have 0, 1, ... right answers.

    Args:
        first: counts of a group, from 0 right answers to all of them; as long as ``second``, two at least.
        second: counts of the other.
        stream: see :func:`division_p_value`.

    Returns:
        What is printed, or None with fewer than ten items in either group.

    Raises:
        ValueError: a negative count, or counts of another length.
    """
    if len(first) != len(second) or len(first) < 2 or min(*first, *second) < 0:
        raise ValueError("both groups need a count for every number of right answers")
    samples = len(first) - 1
    groups = [[right for right, count in enumerate(counts) for _ in range(count)] for counts in (first, second)]
    shares = [[Fraction(right, samples) for right in group] for group in groups]
    difference = two_sample(*shares)
    intervals = [accuracy_interval(group, samples) for group in groups]
    if difference is None or intervals[0] is None or intervals[1] is None:
        return None
    return Split(intervals[0], intervals[1], difference, division_p_value(groups[0], groups[1], stream))


def side_of(scores: Sequence[Fraction | float]) -> Side:
    """The sums over a group.

    Args:
        scores: one for each item, in [0, 1].

    Raises:
        ValueError: a score that is no number in [0, 1].
    """
    if not all(math.isfinite(score) and 0 <= score <= 1 for score in scores):
        raise ValueError("every score must be a number between 0 and 1")
    values = [Fraction(score) for score in scores]
    return Side(len(values), sum(values, Fraction(0)), sum((value * value for value in values), Fraction(0)))


def two_sample(
    first: Sequence[Fraction | float], second: Sequence[Fraction | float], *, level: float = 0.95
) -> TwoSample | None:
    """The difference of two means over different items (rule SPLIT); None with fewer than ten items in either group.

    Args:
        first: a score in [0, 1] for each item of a group.
        second: the same for the other.
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: a score that is no number in [0, 1].

    Source: the uncertain factor of rule CLEAN, docs/statistics.md.
    """
    sides = side_of(first), side_of(second)
    if min(len(first), len(second)) < MINIMUM_ITEMS:
        return None
    means = [side.total / side.items for side in sides]
    return TwoSample(round_four(exact(means[0] - means[1])), *difference_bounds(*sides, alpha_of(level)))


def difference_bounds(first: Side, second: Side, alpha: Fraction, share: Fraction = Fraction(1)) -> tuple[float, float]:
    """Bounds of the difference of two means times a known share, rounded outwards to 4 decimals.

    Args:
        first: at least two items.
        second: likewise.
        alpha: 1 minus the confidence level.
        share: what the difference is multiplied by, in [0, 1].

    Source: two-sample t interval with one and two pairs of a right and a wrong item added on each side, after Agresti
    and Caffo (2000), and degrees of freedom by Welch (1947), not below the smaller side's; spans both.
    """
    lows, highs = [], []
    for pairs in (1, 2):
        low, high = _with_pairs(first, second, pairs, alpha)
        lows.append(max(low, Decimal(-1)))
        highs.append(min(high, Decimal(1)))
    part = exact(share)
    return floor_four(CONTEXT.multiply(part, min(lows))), ceil_four(CONTEXT.multiply(part, max(highs)))


def division_p_value(first: Sequence[int], second: Sequence[int], stream: Stream) -> float:
    """The p-value of a mean so much higher in the first group, had chance divided the items into these groups.

    Args:
        first: whole-number scores of a group, at least one.
        second: those of the other.
        stream: draws the divisions; it must have been fixed without regard to the scores.

    Source: permutation test with :data:`DRAWN` random divisions and itself, Phipson and Smyth (2010).
    """
    smaller = min(first, second, key=len)
    pooled, sign = sorted((*first, *second)), 1 if smaller is first else -1
    reached = sign * sum(smaller)
    drawn = (sign * sum(stream.sample(pooled, len(smaller))) for _ in range(DRAWN))
    return permutation_p_value(sum(one >= reached for one in drawn), DRAWN)


def _with_pairs(first: Side, second: Side, pairs: int, alpha: Fraction) -> tuple[Decimal, Decimal]:
    centre, variance, scale = Fraction(0), Fraction(0), Fraction(0)
    for sign, side in ((1, first), (-1, second)):
        size = side.items + 2 * pairs
        mean = (side.total + pairs) / size
        own = (side.squares + pairs - size * mean * mean) / (size - 1) / size
        centre += sign * mean
        variance += own
        scale += own**2 / (side.items - 1)
    df = max(variance**2 / scale, Fraction(min(first.items, second.items) - 1))
    half = CONTEXT.multiply(printed_t_quantile(float(1 - alpha / 2), float(df)), exact_root(variance))
    return CONTEXT.subtract(exact(centre), half), CONTEXT.add(exact(centre), half)
