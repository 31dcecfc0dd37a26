"""Is the model better on the published items than on fresh ones of the same make? (rule GAP)"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from certify.statistics.interval import check_counts, exact, exact_root, printed_p, round_four
from certify.statistics.power import Headroom, detectable_inflation, gap_power

SHOWN_INFLATIONS = (0.02, 0.05, 0.10, 0.15, 0.20)
"""The inflations whose power every gap test reports."""


class GapTest(NamedTuple):
    """The outcome of the paired test, with what it could have found."""

    mean_gap: float
    """Mean of (published minus fresh) item accuracy, rounded to 4 decimals."""
    p_value: float
    """One-sided exact p-value, rounded up to 4 significant digits."""
    items: int
    """Pairs tested."""
    sd: float
    """Standard deviation of the differences, rounded to 4 decimals."""
    detectable: float
    """The smallest inflation the test finds with the wanted power; 1.0 when it would find none."""
    alpha: float
    """The error rate at which ``detectable`` and ``power_at`` hold."""
    power: float
    """The power at which ``detectable`` holds."""
    power_at: tuple[tuple[float, float], ...]
    """Pairs (inflation, power), for the inflations the headroom above the fresh accuracy allows."""


def paired_differences(
    static: Sequence[int], static_samples: int, fresh: Sequence[int], fresh_samples: int
) -> list[Fraction]:
    """Published minus fresh accuracy of each item, exact.

    Raises:
        ValueError: impossible counts, or lists of different length.
    """
    check_counts(static, static_samples)
    check_counts(fresh, fresh_samples)
    if len(static) != len(fresh):
        raise ValueError(f"{len(static)} published items cannot be paired with {len(fresh)} fresh ones")
    return [Fraction(c, static_samples) - Fraction(d, fresh_samples) for c, d in zip(static, fresh, strict=True)]


def gap_test(
    static: Sequence[int],
    static_samples: int,
    fresh: Sequence[int],
    fresh_samples: int,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> GapTest:
    """The one-sided exact sign-flip test on paired items, and the power of this very design.

    Valid when a published item and its fresh twin are exchangeable under honest behaviour, so twins that
    are harder by themselves invalidate it. No random numbers are drawn.

    Args:
        static: right answers of each published item, integers in [0, static_samples].
        static_samples: answers per published item.
        fresh: right answers of each fresh twin, in the same order.
        fresh_samples: answers per fresh twin.
        alpha: error rate for the reported power, in (0, 0.5).
        power: the power at which ``detectable`` is stated, in (0.5, 1).

    Raises:
        ValueError: no items, impossible counts, or lists of different length.

    Source: Fisher (1935), randomisation of signs; power by a normal approximation from the measured spread.
    """
    differences = paired_differences(static, static_samples, fresh, fresh_samples)
    if not differences:
        raise ValueError("a gap test needs at least one pair of items")
    items = len(differences)
    mean = sum(differences, Fraction(0)) / items
    variance = sum(((d - mean) ** 2 for d in differences), Fraction(0)) / max(items - 1, 1)
    sd = float(exact_root(variance))
    headroom = Headroom.from_counts(fresh, fresh_samples)
    shown = tuple((d, gap_power(d, sd, items, headroom, alpha)) for d in SHOWN_INFLATIONS if d <= headroom.room)
    return GapTest(
        mean_gap=round_four(exact(mean)),
        p_value=printed_p(sign_flip_p_value(differences)),
        items=items,
        sd=round_four(Decimal(sd)),
        detectable=detectable_inflation(sd, items, headroom, alpha, power),
        alpha=alpha,
        power=power,
        power_at=shown,
    )


def margin_p_value(differences: Sequence[Fraction], margin: float) -> float:
    """The one-sided exact p-value of a mean gap of at most ``margin``, rounded up to 4 significant digits.

    Args:
        differences: published minus fresh accuracy of each item.
        margin: gap that is allowed for, in [0, 1].

    Source: the sign-flip test on differences less the margin; docs/statistics.md, rule GAP.
    """
    allowed = Fraction(str(margin))
    return printed_p(sign_flip_p_value([difference - allowed for difference in differences]))


def sign_flip_p_value(differences: Sequence[Fraction]) -> Fraction:
    """The share of the 2**n sign patterns whose sum reaches the observed one; exact, at least 2**-n."""
    scale = 1
    for d in differences:
        scale = scale * d.denominator // gcd(scale, d.denominator)
    whole = [int(d * scale) for d in differences if d]
    if not whole:
        return Fraction(1)
    common = gcd(*whole)
    sizes = sorted(abs(d) // common for d in whole)
    observed = sum(d // common for d in whole if d > 0)
    return Fraction(_subsets_reaching(sizes, observed), 1 << len(sizes))


def _subsets_reaching(sizes: list[int], target: int) -> int:
    """How many subsets sum to at least ``target``, which is between 0 and the sum of all."""
    rest = sum(sizes) - target  # the complement of a subset that reaches the target sums to at most this
    if rest < target:
        return _subsets_within(sizes, rest)
    return (1 << len(sizes)) - (_subsets_within(sizes, target - 1) if target else 0)


def _subsets_within(sizes: list[int], limit: int) -> int:
    # One big integer holds how many subsets have each sum up to the limit, in fields too wide to overflow: adding an
    # item is a shift and an addition.
    width = len(sizes) + 2
    counts, reached = 1, 0
    for size in sizes:
        counts += counts << (size * width)
        reached += size
        if reached > limit:
            counts &= (1 << (limit + 1) * width) - 1
            reached = limit
    return counts % ((1 << width) - 1)
