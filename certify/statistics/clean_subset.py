"""How the score of a model changes when the items found in its training data are left out (rule CLEAN)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.interval import MINIMUM_ITEMS, alpha_of, exact, round_four
from certify.statistics.two_sample import difference_bounds, side_of


class CleanSubset(NamedTuple):
    """Scores with and without the items found, all in [0, 1] and rounded to 4 decimals."""

    items: int
    """How many items there are."""
    clean_items: int
    """How many of them were not found."""
    score: float
    """Mean over all items."""
    clean: float | None
    """Mean over the items not found; None when there are none."""
    found: float | None
    """Mean over the items found; None when there are none."""
    difference: float | None
    """``clean`` minus ``score``: negative when the items found lift the score."""
    lower: float | None
    """Lower bound of the difference, rounded down; None with fewer than ten items on either side."""
    upper: float | None
    """Upper bound, rounded up; likewise."""


def clean_subset(
    clean: Sequence[Fraction | float], found: Sequence[Fraction | float], *, level: float = 0.95
) -> CleanSubset:
    """The mean over clean items minus the mean over all, with an interval that holds at least at the given level.

    The difference is the share of items found times the mean of the clean minus the mean of the found, and only that
    second factor is uncertain: which items were found is a fact of the corpus. The interval speaks of items like these
    on either side, not of these very items, whose difference is known exactly.

    Args:
        clean: a score in [0, 1] for each item not found in the data.
        found: the same for each item found.
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: no item, or a score that is no number in [0, 1].

    Source: two-sample t interval on the item scores with one and two pairs of a right and a wrong item added on each
    side, after Agresti and Caffo (2000), and degrees of freedom by Welch (1947), not below the smaller side's; the
    result spans both, as in rule ACC. Coverage at least .939 by enumeration of right and wrong answers;
    tests/bench/coverage_simulation.py repeats it.
    """
    alpha = alpha_of(level)
    sides = side_of(clean), side_of(found)
    items = len(clean) + len(found)
    if not items:
        raise ValueError("there is no item to score")
    share = Fraction(len(found), items)
    lower = upper = None
    if min(len(clean), len(found)) >= MINIMUM_ITEMS:
        lower, upper = difference_bounds(*sides, alpha, share)
    means = [side.total / side.items if side.items else None for side in sides]
    whole = (sides[0].total + sides[1].total) / items
    return CleanSubset(
        items=items,
        clean_items=len(clean),
        score=round_four(exact(whole)),
        clean=_rounded(means[0]),
        found=_rounded(means[1]),
        difference=None if means[0] is None else _rounded(means[0] - whole),
        lower=lower,
        upper=upper,
    )


def _rounded(value: Fraction | None) -> float | None:
    return None if value is None else round_four(exact(value))
