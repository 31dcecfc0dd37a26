"""A ratio of two means over items, such as tokens for each right answer (rule RATIO)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from certify.statistics.interval import MINIMUM_ITEMS, alpha_of
from certify.statistics.stream import Stream

RESAMPLES = 1999
"""Resamples by default: the bounds of a 95 % interval are then the 50th from either end."""


class Ratio(NamedTuple):
    """A ratio with its interval; a bound is infinite where the data allow a denominator of 0."""

    estimate: float
    """Sum of the numerators over the sum of the denominators."""
    lower: float
    """Lower bound."""
    upper: float
    """Upper bound."""
    items: int
    """Items."""
    resamples: int
    """Resamples drawn."""


def ratio_interval(
    above: Sequence[int],
    below: Sequence[int],
    seed: bytes,
    label: str,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Ratio | None:
    """The ratio of the sums with a percentile interval over resampled items.

    Every item is drawn with both of its numbers. The draws come from the plan's stream, so that anybody gets the
    same bounds.

    Args:
        above: numerator of each item, whole and not negative, such as tokens.
        below: denominator of each item, whole and not negative, such as right answers.
        seed: 32 bytes, the run's.
        label: names the use of the stream.
        level: confidence level, in (0.5, 1).
        resamples: so many that a bound falls on one of them, at least 199.

    Returns:
        The ratio; None with fewer than ten items or a denominator of 0 over all of them.

    Raises:
        ValueError: lists of different length, negative numbers, or too few resamples.

    Source: percentile bootstrap over items, Efron (1979). Coverage in docs/statistics.md: .92 to .96 from 20
    items on; with few items that have a denominator it is too narrow.
    """
    if len(above) != len(below) or min((*above, *below), default=0) < 0 or resamples < 199:
        raise ValueError("each item needs a numerator and a denominator, neither negative, and 199 resamples")
    items, whole = len(above), sum(below)
    if items < MINIMUM_ITEMS or whole == 0:
        return None
    stream, drawn = Stream(seed, label), list[float]()
    for _ in range(resamples):
        chosen = [stream.below(items) for _ in range(items)]
        under = sum(below[item] for item in chosen)
        drawn.append(sum(above[item] for item in chosen) / under if under else math.inf)
    drawn.sort()
    outside = int(alpha_of(level) / 2 * (resamples + 1))
    return Ratio(sum(above) / whole, drawn[max(outside, 1) - 1], drawn[-max(outside, 1)], items, resamples)
