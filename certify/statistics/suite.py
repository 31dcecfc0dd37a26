"""The macro average over the families of a suite, with its interval (rule SUITE)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from certify.statistics.accuracy import accuracy_of_sums, augmented_moments
from certify.statistics.interval import (
    CONTEXT,
    MINIMUM_ITEMS,
    Interval,
    Sums,
    alpha_of,
    ceil_four,
    check_counts,
    clip,
    exact,
    exact_root,
    floor_four,
    round_four,
)
from certify.statistics.quantile import printed_t_quantile

MINIMUM_FAMILY_ITEMS = 2
"""A family with one item shows no spread of its own."""


class _Family(NamedTuple):
    weight: Fraction
    sums: Sums


def suite_interval(
    families: Mapping[str, Sequence[int]],
    samples: int,
    weights: Mapping[str, float] | None = None,
    *,
    level: float = 0.95,
) -> Interval | None:
    """The weighted mean of the families' accuracies, a statement about exactly these families.

    Args:
        families: for each family the right answers of each item, integers in [0, samples].
        samples: answers per item, the same in every family.
        weights: a positive weight for each family, scaled to sum to 1; equal when None.
        level: confidence level, in (0.5, 1).

    Returns:
        The interval; None with fewer than ten items in all or fewer than two in one of several families.

    Raises:
        ValueError: no family, impossible counts, or weights that do not match the families.

    Source: the pairs of rule ACC shared over the families (one or two for the whole suite, never one for
    each family), variances added with squared weights, degrees of freedom by Satterthwaite (1946), not below
    the smallest family's. One family alone is rule ACC.
    """
    for right in families.values():
        check_counts(right, samples)
    return suite_of_sums({name: Sums.of(right) for name, right in families.items()}, samples, weights, level=level)


def suite_of_sums(
    families: Mapping[str, Sums], samples: int, weights: Mapping[str, float] | None = None, *, level: float = 0.95
) -> Interval | None:
    """The interval of :func:`suite_interval`, from the sums that it depends on.

    Raises:
        ValueError: no family, impossible sums, or weights that do not match the families.
    """
    parts = _parts(families, samples, weights)
    alpha = alpha_of(level)
    if len(parts) == 1:
        single = accuracy_of_sums(parts[0].sums, samples, level=level)
        return None if single is None else single._replace(rule="SUITE")
    items = sum(part.sums.items for part in parts)
    if items < MINIMUM_ITEMS or min(part.sums.items for part in parts) < MINIMUM_FAMILY_ITEMS:
        return None
    estimate = sum((p.weight * Fraction(p.sums.right, p.sums.items * samples) for p in parts), Fraction(0))
    ends = [_ends(parts, samples, Fraction(pairs, len(parts)), alpha) for pairs in (1, 2)]
    lower = floor_four(clip(min(low for low, _ in ends)))
    upper = ceil_four(clip(max(high for _, high in ends)))
    return Interval(round_four(exact(estimate)), lower, upper, items, samples, "SUITE")


def tightest_interval(counts: Mapping[str, tuple[int, int]], samples: int, *, level: float = 0.95) -> Interval | None:
    """An interval that :func:`suite_interval` cannot be narrower than, at either end, whichever items were right.

    For whoever knows the counts of each family and not those of each item. With one answer to each item of a single
    family it is the interval itself.

    Args:
        counts: for each family its items and the right answers to all of them.
        samples: answers per item, the same in every family.
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: no family, or impossible counts.

    Source: right answers spread evenly have the least variance; the degrees of freedom of Satterthwaite (1946) are at
    most those of all families together.
    """
    sums = {name: Sums.most_even(items, right) for name, (items, right) in counts.items()}
    found = suite_of_sums(sums, samples, level=level)
    if found is None or len(sums) == 1:
        return found
    parts, alpha = _parts(sums, samples, None), alpha_of(level)
    most = Fraction(found.items - len(parts))
    ends = [_ends(parts, samples, Fraction(pairs, len(parts)), alpha, most) for pairs in (1, 2)]
    lower = floor_four(clip(min(low for low, _ in ends)))
    return found._replace(lower=lower, upper=ceil_four(clip(max(high for _, high in ends))))


def _parts(families: Mapping[str, Sums], samples: int, weights: Mapping[str, float] | None) -> list[_Family]:
    if not families or not all(sums.items for sums in families.values()):
        raise ValueError("a suite needs at least one family, and every family at least one item")
    if weights is not None and set(weights) != set(families):
        raise ValueError("the weights and the families do not have the same names")
    chosen = {name: 1.0 if weights is None else float(weights[name]) for name in families}
    if not all(math.isfinite(weight) and weight > 0 for weight in chosen.values()):
        raise ValueError("every weight must be a positive number")
    whole = sum((Fraction(weight) for weight in chosen.values()), Fraction(0))
    parts = []
    for name in sorted(families):
        families[name].require_possible(samples)
        parts.append(_Family(Fraction(chosen[name]) / whole, families[name]))
    return parts


def _ends(
    parts: list[_Family], samples: int, pairs: Fraction, alpha: Fraction, degrees: Fraction | None = None
) -> tuple[Decimal, Decimal]:
    centre, variance, scale = Fraction(0), Fraction(0), Fraction(0)
    for weight, (items, right, squares) in parts:
        mean, spread = augmented_moments(items, samples, right, squares, pairs)
        own = weight**2 * spread / (items + 2 * pairs)
        centre += weight * mean
        variance += own
        scale += own**2 / (items - 1)
    df = degrees or max(variance**2 / scale, Fraction(min(part.sums.items for part in parts) - 1))
    t = printed_t_quantile(float(1 - alpha / 2), float(df))
    half = CONTEXT.multiply(t, exact_root(variance))
    return CONTEXT.subtract(exact(centre), half), CONTEXT.add(exact(centre), half)
