"""Is the gap larger than that of models which cannot have seen the published items? (rule REF)"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from certify.statistics.gap import sign_flip_p_value
from certify.statistics.interval import exact, exact_root, printed_p, round_four
from certify.statistics.power import Headroom, gap_power, leaked_sd
from certify.statistics.quantile import normal_cdf, student_t_quantile, student_t_upper_tail

FEWEST_REFERENCES = 5
"""Fewer reference models do not show how much gaps differ from model to model; ten are better."""

_WIDEST, _STEPS = 4.0, 400
"""How far and how finely a mean over chi is taken; beyond, the density is below 1e-6 for four degrees of freedom."""


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
    return _tested(target, references)


def _tested(target: Sequence[Fraction], references: Sequence[Sequence[Fraction]]) -> ReferenceTest:
    count, items = len(references), len(target)
    gaps = [sum(one, Fraction(0)) / items for one in references]
    own = sum(target, Fraction(0)) / items
    model_p = model_p_value(own, gaps)
    usual = [sum((one[item] for one in references), Fraction(0)) / count for item in range(items)]
    item_p = printed_p(sign_flip_p_value([mine - other for mine, other in zip(target, usual, strict=True)]))
    excess = round_four(exact(own - sum(gaps, Fraction(0)) / count))
    return ReferenceTest(excess, model_p, item_p, max(model_p, item_p), count, items)


def _tail(excess: float, spread: float, df: int) -> float:
    if spread == 0:
        return 1.0 if excess <= 0 else printed_p(Fraction(1, 10**300))
    tail = student_t_upper_tail(abs(excess) / spread, df)
    return printed_p(Fraction(f"{tail if excess >= 0 else 1 - tail:.9e}"))


class ReferenceGaps(NamedTuple):
    """A test against references with what it could have found, and how much it hangs on one of them."""

    test: ReferenceTest
    """All references."""
    gaps: tuple[float, ...]
    """Mean gap of each, rounded to 4 decimals."""
    largest_gap: float
    """The largest of them."""
    p_without_largest: float
    """The p-value that decides when that reference is left out."""
    unit: int
    """The excesses are given in parts of this."""
    excesses: tuple[int, ...]
    """Each item's difference less the mean difference of the references on it, sorted."""
    sd: float
    """Their standard deviation."""
    spread: float
    """Standard deviation of the gap of one more model about the mean of these."""


def reference_gaps(target: Sequence[Fraction], references: Sequence[Sequence[Fraction]]) -> ReferenceGaps:
    """The same test, and the same without the reference of the largest gap.

    A reference that was taught the published items has a larger gap and makes the gaps differ more; both make the
    test miss more and never find more.

    Args, Raises:
        as :func:`reference_test`.
    """
    found = reference_test(target, references)
    items, count = found.items, found.references
    gaps = [sum(one, Fraction(0)) / items for one in references]
    usual = [sum((one[item] for one in references), Fraction(0)) / count for item in range(items)]
    excess = [own - other for own, other in zip(target, usual, strict=True)]
    largest = max(range(count), key=lambda place: gaps[place])
    rest = [one for place, one in enumerate(references) if place != largest]
    told = reference_gaps_of_counts(sum(target, Fraction(0)) / items, gaps, excess)
    return told._replace(p_without_largest=_tested(target, rest).p_value)


def reference_gaps_of_counts(gap: Fraction, gaps: Sequence[Fraction], excess: Sequence[Fraction]) -> ReferenceGaps:
    """The same from what a result tells; ``p_without_largest`` is then that of models as the unit alone.

    Args:
        gap: mean difference of the model.
        gaps: that of each reference, two at least.
        excess: each item's difference less the mean difference of the references on it.
    """
    count, largest = len(gaps), max(range(len(gaps)), key=lambda place: gaps[place])
    model_p, item_p = model_p_value(gap, gaps), printed_p(sign_flip_p_value(excess))
    above = round_four(exact(gap - sum(gaps, Fraction(0)) / count))
    unit = lcm(*(one.denominator for one in excess))
    return ReferenceGaps(
        test=ReferenceTest(above, model_p, item_p, max(model_p, item_p), count, len(excess)),
        gaps=tuple(round_four(exact(one)) for one in gaps),
        largest_gap=round_four(exact(gaps[largest])),
        p_without_largest=model_p_value(gap, [one for place, one in enumerate(gaps) if place != largest]),
        unit=unit,
        excesses=tuple(sorted(int(one * unit) for one in excess)),
        sd=_sd(excess),
        spread=_sd(gaps) * math.sqrt(1 + 1 / count),
    )


def model_p_value(gap: Fraction, references: Sequence[Fraction]) -> float:
    """The one-sided p-value with models as the unit: a mean gap against those of references, two at least."""
    count = len(references)
    mean = sum(references, Fraction(0)) / count
    spread = exact_root(_variance(references) * (1 + Fraction(1, count)))
    return _tail(float(exact(gap - mean)), float(spread), count - 1)


def reference_power(
    inflation: float, found: ReferenceGaps, headroom: Headroom, alpha: float, items: int | None = None
) -> float:
    """The chance that both units find an inflation, from the measured spreads; rounded down to 4 decimals.

    Args:
        inflation: in [0, 1].
        found: the test.
        headroom: from the model's rewritten items.
        alpha: one-sided error rate, in (0, 0.5).
        items: pairs; as many as were tested when absent.

    Raises:
        ValueError: an argument outside its range.

    Source: what both miss adds up at most (Bonferroni). Items: rule MDI on the excesses. Models: an excess about the
    inflation, against Student's quantile times a spread that varies as chi with R - 1 degrees of freedom; a leak in
    some items alone widens the excess by what it adds to the variance of the mean.
    """
    items, df, headroom = items or found.test.items, found.test.references - 1, headroom.roomy(inflation)
    by_item = gap_power(inflation, found.sd, items, headroom, alpha) if inflation else 0.0
    if by_item == 0:
        return 0.0
    wider = max(leaked_sd(inflation, found.sd, headroom) ** 2 - found.sd**2, 0.0) / items
    error = math.sqrt(found.spread**2 + wider)
    due = student_t_quantile(1 - alpha, df) * found.spread
    by_model = 1.0 if error == 0 else _over_chi(lambda scale: normal_cdf((inflation - due * scale) / error), df)
    return max(math.floor((by_item + by_model - 1) * 10_000) / 10_000, 0.0)


def _over_chi(value: Callable[[float], float], df: int) -> float:
    """The mean of a function of s = sqrt(chi-squared / df), by Simpson's rule."""
    log_front = math.log(2) + df / 2 * math.log(df / 2) - math.lgamma(df / 2)
    step, total = _WIDEST / _STEPS, 0.0
    for place in range(1, _STEPS):
        scale = place * step
        density = math.exp(log_front + (df - 1) * math.log(scale) - df * scale * scale / 2)
        total += (4 if place % 2 else 2) * density * value(scale)
    return min(total * step / 3, 1.0)


def _sd(values: Sequence[Fraction]) -> float:
    return float(exact_root(_variance(values)))


def _variance(values: Sequence[Fraction]) -> Fraction:
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((one - mean) ** 2 for one in values), Fraction(0)) / max(len(values) - 1, 1)
