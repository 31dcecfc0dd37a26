"""Which items look as if they had been trained on, with a bounded share of false ones: advice, no verdict."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction

from certify.statistics.interval import printed_p


def conformal_p_values(calibration: Sequence[float], scores: Mapping[str, float]) -> dict[str, float]:
    """For each item the share of calibration items that score at least as high, itself included.

    Valid only where calibration items and items that were not trained on come from one random split, and the score
    was made without knowing the split: a calibration set shifted by a fifth of a standard deviation already
    breaks the bound.

    Args:
        calibration: scores of items that were certainly not trained on; at least 1/q of them for each item tested.
        scores: score of each item, by its id; higher means more familiar.

    Raises:
        ValueError: no calibration item, or a score that is not a finite number.

    Source: Bates et al. (2023), arXiv 2104.08279.
    """
    if not calibration or not all(math.isfinite(score) for score in (*calibration, *scores.values())):
        raise ValueError("conformal p-values need calibration items, and finite scores")
    ordered, size = sorted(calibration), len(calibration)
    return {
        item: printed_p(Fraction(1 + size - bisect_left(ordered, score), size + 1)) for item, score in scores.items()
    }


def discoveries(p_values: Mapping[str, float], share: float = 0.1) -> tuple[str, ...]:
    """The items that may be listed so that at most this share of the list is expected to be false; sorted.

    Args:
        p_values: one for each item, in [0, 1].
        share: false discovery rate, in (0, 1).

    Raises:
        ValueError: a p-value or share outside its range.

    Source: Benjamini and Hochberg (1995).
    """
    if not 0 < share < 1 or not all(0 <= p <= 1 for p in p_values.values()):
        raise ValueError("p-values lie between 0 and 1, and so does the share of false ones")
    ranked = sorted(p_values.values())
    limit = max((p for rank, p in enumerate(ranked, 1) if p * len(ranked) <= share * rank), default=-1.0)
    return tuple(sorted(item for item, p in p_values.items() if p <= limit))
