"""How much the score falls when the same items are asked in another way (rule DROP)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.interval import (
    CONTEXT,
    MINIMUM_ITEMS,
    alpha_of,
    ceil_four,
    exact,
    exact_root,
    floor_four,
    round_four,
)
from certify.statistics.quantile import printed_t_quantile


class PairedInterval(NamedTuple):
    """A mean difference between -1 and 1 with its bounds, as printed on a certificate."""

    estimate: float
    """The plain mean of the differences, rounded to 4 decimals."""
    lower: float
    """Lower bound, rounded down to 4 decimals."""
    upper: float
    """Upper bound, rounded up to 4 decimals."""
    items: int
    """Pairs behind it."""
    rule: str = "DROP"
    """The section of docs/statistics.md that says how it was computed."""


def paired_interval(differences: Sequence[Fraction | float], *, level: float = 0.95) -> PairedInterval | None:
    """The mean of paired differences with an interval for items like these; None with fewer than ten pairs.

    Args:
        differences: accuracy one way minus accuracy the other way, one for each item, in [-1, 1].
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: a difference that is not a number in [-1, 1].

    Source: t interval on the differences with one and two pairs of a +1 and a -1 added, spanning both, as rule ACC
    does for shares; tests/bench/coverage_simulation.py measures its coverage.
    """
    if not all(math.isfinite(d) and -1 <= d <= 1 for d in differences):
        raise ValueError("every difference must be a number between -1 and 1")
    alpha, items = alpha_of(level), len(differences)
    if items < MINIMUM_ITEMS:
        return None
    values = [Fraction(d) for d in differences]
    total, squares = sum(values, Fraction(0)), sum((d * d for d in values), Fraction(0))
    t = printed_t_quantile(float(1 - alpha / 2), items - 1)
    ends = [_ends(items, total, squares, pairs, t) for pairs in (1, 2)]
    return PairedInterval(
        estimate=round_four(exact(total / items)),
        lower=floor_four(max(min(low for low, _ in ends), Decimal(-1))),
        upper=ceil_four(min(max(high for _, high in ends), Decimal(1))),
        items=items,
    )


def _ends(items: int, total: Fraction, squares: Fraction, pairs: int, t: Decimal) -> tuple[Decimal, Decimal]:
    size = items + 2 * pairs
    mean = total / size
    variance = (squares + 2 * pairs - size * mean * mean) / (size - 1)
    half = CONTEXT.multiply(t, exact_root(variance / size))
    return CONTEXT.subtract(exact(mean), half), CONTEXT.add(exact(mean), half)
