"""A gap held against a margin: the tests, the bound, and what they could have found, from counts alone (rule GAP)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.gap import gap_test, margin_p_value, paired_differences
from certify.statistics.interval import MINIMUM_ITEMS
from certify.statistics.noinflation import no_inflation_bound
from certify.statistics.power import Headroom, fewest_items, gap_power, smallest_inflation

MOST_BITS, MOST_WORK = 1 << 30, 500 * 10**9
"""Bits of the largest number that an exact test may need, and bits times items: some seconds of one processor."""


class Wanted(NamedTuple):
    """What a test should be able to find."""

    margin: float
    """Gap that is allowed for, in [0, 1]."""
    against: float
    """The inflation that should be found, in (0, 1]."""
    alpha: float
    """Error rate of this one test, in (0, 0.5)."""
    power: float
    """Wanted power, in (0.5, 1)."""
    judged: float = 1.0
    """Share of the answers that could be judged, in [0, 1]."""

    def shown(self, inflation: float) -> float:
        """What is left of an inflation where the other answers count as not right, whatever the model knows."""
        return inflation * self.judged


class MarginGap(NamedTuple):
    """What pairs of items say about a gap."""

    gap: float
    """Mean difference, rounded to 4 decimals."""
    p_value: float
    """Of no gap; exact, one-sided."""
    margin_p_value: float
    """Of a gap of at most the margin; exact, one-sided."""
    upper: float
    """95 % upper bound of the gap."""
    sd: float
    """Standard deviation of the differences, rounded to 4 decimals."""
    power: float
    """Chance that the test against the margin finds the inflation that it should."""
    detectable: float
    """Smallest inflation that it finds with the wanted power; 1.0 where it finds none."""
    needed: int | None
    """Items with which it would have the wanted power; None where it has, or where no number gives it."""


def margin_gap(original: Sequence[int], rewritten: Sequence[int], samples: int, wanted: Wanted) -> MarginGap:
    """The gap between items and rewrites of them that had as many answers.

    Args:
        original: right answers of each published item, integers in [0, samples].
        rewritten: right answers to the rewrites of each, in the same order, integers in [0, samples].
        samples: answers on either side.
        wanted: what should be found.

    Raises:
        ValueError: fewer than ten items, impossible counts, lists of different length, or more than ``MOST_WORK``.

    Source: rules GAP, MDI and NOINFL of docs/statistics.md; where the rewrites were answered too well for an inflation
    to be possible, its power is that at the highest accuracy that leaves room for it.
    """
    differences = paired_differences(original, samples, rewritten, samples)
    items = len(differences)
    if items < MINIMUM_ITEMS or not is_computable(items, samples, wanted.margin):
        raise ValueError(f"{items} items with {samples} answers give no exact test")
    test = gap_test(original, samples, rewritten, samples)
    headroom = Headroom.from_counts(rewritten, samples)

    def power(inflation: float, count: int) -> float:
        if not (shown := wanted.shown(inflation)):
            return 0.0
        return gap_power(shown, test.sd, count, headroom.roomy(shown), wanted.alpha, margin=wanted.margin)

    reached = power(wanted.against, items)
    enough = reached >= wanted.power
    return MarginGap(
        gap=test.mean_gap,
        p_value=test.p_value,
        margin_p_value=margin_p_value(differences, wanted.margin),
        upper=no_inflation_bound(differences),
        sd=test.sd,
        power=reached,
        detectable=smallest_inflation(lambda one: power(one, items), wanted.power),
        needed=None if enough else fewest_items(lambda count: power(wanted.against, count), wanted.power),
    )


def is_computable(items: int, samples: int, margin: float) -> bool:
    """Whether the exact test of so many items is a matter of seconds; it counts sums in whole numbers of this size."""
    allowed = Fraction(str(margin))
    bits = items * (items + 2) * math.lcm(samples, allowed.denominator) * (1 + float(allowed))
    return bits <= MOST_BITS and bits * items <= MOST_WORK
