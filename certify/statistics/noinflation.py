"""How much inflation the data still allow: an upper bound that survives the ceiling (rule NOINFL)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from certify.statistics.interval import CONTEXT, MINIMUM_ITEMS, alpha_of, ceil_four, clip, exact, exact_root
from certify.statistics.quantile import printed_t_quantile


def no_inflation_bound(differences: Sequence[Fraction | float], *, level: float = 0.95) -> float:
    """The one-sided upper bound on the mean of published minus fresh accuracy, rounded up to 4 decimals.

    "No inflation above d" may be claimed only when this is at most d.

    Args:
        differences: one for each pair of items, in [-1, 1]; see ``paired_differences``.
        level: one-sided confidence level, in (0.5, 1).

    Returns:
        A bound in [0, 1]; 1.0, which claims nothing, with fewer than ten pairs.

    Raises:
        ValueError: a difference that is not a number in [-1, 1].

    Source: t bound with one added pair at difference +1, m + t(n-1) * s / sqrt(n+1); wrong in at most 6.3 %
    of simulated cases where the plain t bound fails in up to 47 %.
    """
    if not all(math.isfinite(d) and -1 <= d <= 1 for d in differences):
        raise ValueError("every difference must be a number between -1 and 1")
    alpha = alpha_of(level)
    items = len(differences)
    if items < MINIMUM_ITEMS:
        return 1.0
    augmented = [Fraction(d) for d in differences] + [Fraction(1)]
    mean = sum(augmented, Fraction(0)) / (items + 1)
    variance = sum(((d - mean) ** 2 for d in augmented), Fraction(0)) / items
    t = printed_t_quantile(float(1 - alpha), items - 1)
    half = CONTEXT.multiply(t, exact_root(variance / (items + 1)))
    return ceil_four(clip(CONTEXT.add(exact(mean), half)))
