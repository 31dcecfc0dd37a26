"""How far up a ladder of growing difficulty a model is shown to hold (rule LADDER)."""

from __future__ import annotations

import math
from collections.abc import Sequence

ONE_SIDED = 0.90
"""Level of the two-sided interval whose lower bound is wrong in at most 5 % of the runs."""


def fixed_sequence(lower_bounds: Sequence[float | None], threshold: float) -> int:
    """How many rungs from the first are held: those before the first whose bound misses the threshold.

    Each rung is tested at its full level. Since no rung is looked at after one that failed, the chance to call held
    any rung that is not stays at that level however long the ladder is.

    Args:
        lower_bounds: one-sided lower bound of each rung, easiest first, as printed; None where there is no interval.
        threshold: the share of right answers a rung must reach.

    Raises:
        ValueError: the threshold or a bound is not a finite number.

    Source: fixed-sequence testing, Maurer, Hothorn and Lehmacher (1995); Westfall and Krishen (2001).
    """
    if not all(math.isfinite(value) for value in (threshold, *(bound for bound in lower_bounds if bound is not None))):
        raise ValueError("a ladder needs finite bounds and a finite threshold")
    held = 0
    for bound in lower_bounds:
        if bound is None or bound < threshold:
            break
        held += 1
    return held
