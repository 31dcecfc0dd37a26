"""Two groups of scores against each other: how often one lies above, and which items stand out (advice)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.conformal import conformal_p_values, discoveries
from certify.statistics.interval import CONTEXT, alpha_of, ceil_four, clip, exact, exact_root, floor_four, round_four
from certify.statistics.quantile import normal_quantile


class Area(NamedTuple):
    """The chance that an item scores above a control item, ties counted half, on four decimals."""

    estimate: float
    """Rounded to the nearest."""
    lower: float
    """Lower bound, rounded down."""
    upper: float
    """Upper bound, rounded up."""


class Curve(NamedTuple):
    """How many of either group have each score that occurs, the lowest first; nothing here depends on more."""

    items: tuple[int, ...]
    """Items."""
    controls: tuple[int, ...]
    """Control items."""


def curve_of(items: Sequence[float], controls: Sequence[float]) -> Curve:
    """The curve of finite scores."""
    found, known = Counter(items), Counter(controls)
    levels = sorted({*found, *known})
    return Curve(tuple(found[level] for level in levels), tuple(known[level] for level in levels))


def area_under(curve: Curve, *, level: float = 0.95) -> Area:
    """The area under the curve (AUC) with an interval (rule AREA).

    Args:
        curve: with at least one item and one control item, no count below 0.
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: a group is empty, or a count below 0.

    Source: Mann and Whitney (1947). The interval is Wilson's with the largest variance that any two distributions with
    this area have, A (1 - A) / min(m, n), by van Dantzig (1951) and Birnbaum and Klose (1957): wider than that of
    DeLong et al. (1988), and defined at 0 and 1.
    """
    items, controls = sum(curve.items), sum(curve.controls)
    if min((*curve.items, *curve.controls), default=-1) < 0 or not items or not controls:
        raise ValueError("an area needs items and control items")
    below, won = 0, 0
    for found, known in zip(curve.items, curve.controls, strict=True):
        won += found * (2 * below + known)
        below += known
    share = Fraction(won, 2 * items * controls)
    z = Decimal(f"{normal_quantile(float(1 - alpha_of(level) / 2)):.10f}")
    squared = Fraction(z) ** 2 / min(items, controls)
    centre = exact((share + squared / 2) / (1 + squared))
    root = exact_root(squared * share * (1 - share) + squared**2 / 4)
    half = CONTEXT.divide(root, exact(1 + squared))
    lower, upper = CONTEXT.subtract(centre, half), CONTEXT.add(centre, half)
    return Area(round_four(exact(share)), floor_four(clip(lower)), ceil_four(clip(upper)))


def standing_out(curve: Curve, share: float) -> tuple[float, int]:
    """The smallest conformal p-value, and how many items may be listed; see :mod:`certify.statistics.conformal`.

    Args:
        curve: as in :func:`area_under`.
        share: of the listed items that may be expected to be false, in (0, 1).
    """
    controls = [level for level, count in enumerate(curve.controls) for _ in range(count)]
    items = {f"{level}/{place}": level for level, count in enumerate(curve.items) for place in range(count)}
    p_values = conformal_p_values(controls, items)
    return min(p_values.values()), len(discoveries(p_values, share))
