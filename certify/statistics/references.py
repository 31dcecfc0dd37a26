"""Is the gap larger than that of models which cannot have seen the published items? (rule REF)"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.gap import sign_flip_p_value
from certify.statistics.interval import exact, exact_root, printed_p, round_four
from certify.statistics.quantile import student_t_upper_tail

FEWEST_REFERENCES = 5
"""Fewer reference models do not show how much gaps differ from model to model; ten are better."""


class ReferenceTest(NamedTuple):
    """A gap against the gaps of reference models."""

    excess: float
    """Mean gap of the model minus that of the references, rounded to 4 decimals."""
    model_p: float
    """One-sided p-value with models as the unit."""
    item_p: float
    """One-sided p-value with items as the unit, exact."""
    p_value: float
    """The larger of the two: both are required."""
    references: int
    """Reference models."""
    items: int
    """Pairs of items."""


def reference_test(target: Sequence[Fraction], references: Sequence[Sequence[Fraction]]) -> ReferenceTest:
    """Whether the model's gap exceeds what twins that are harder by themselves already give to every model.

    Args:
        target: published minus fresh accuracy of each item, see ``paired_differences``.
        references: the same items, in the same order, for each reference model.

    Raises:
        ValueError: fewer than five references, no items, or lists of different length.

    Source: (gap - mean) / (sd sqrt(1 + 1/R)) on R - 1 degrees of freedom, a new observation against R old ones;
    with items alone as the unit the error is .15 to .21 at a nominal .05 where models differ.
    """
    count, items = len(references), len(target)
    if count < FEWEST_REFERENCES or not items or any(len(one) != items for one in references):
        raise ValueError(f"a reference test needs {FEWEST_REFERENCES} references on the same items, and some items")
    gaps = [sum(one, Fraction(0)) / items for one in references]
    mean = sum(gaps, Fraction(0)) / count
    excess = sum(target, Fraction(0)) / items - mean
    spread = exact_root(sum(((gap - mean) ** 2 for gap in gaps), Fraction(0)) / (count - 1) * (1 + Fraction(1, count)))
    model_p = _tail(float(exact(excess)), float(spread), count - 1)
    usual = [sum((one[item] for one in references), Fraction(0)) / count for item in range(items)]
    item_p = printed_p(sign_flip_p_value([own - other for own, other in zip(target, usual, strict=True)]))
    return ReferenceTest(round_four(exact(excess)), model_p, item_p, max(model_p, item_p), count, items)


def _tail(excess: float, spread: float, df: int) -> float:
    if spread == 0:
        return 1.0 if excess <= 0 else printed_p(Fraction(1, 10**300))
    tail = student_t_upper_tail(abs(excess) / spread, df)
    return printed_p(Fraction(f"{tail if excess >= 0 else 1 - tail:.9e}"))
