"""Accuracy of one evaluation with an interval that holds up near 0 and 1 (rules ACC and SET)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

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
    power_root,
    round_four,
)
from certify.statistics.quantile import normal_quantile, printed_t_quantile


def accuracy_interval(right: Sequence[int], samples: int, *, level: float = 0.95) -> Interval | None:
    """Accuracy on tasks like these, with an interval that holds at least at the given level (rule ACC).

    The item is the unit, so any number of answers per item is welcome. For one and two added pairs of a
    right and a wrong item the t interval of the item means is taken; the result spans both. When all
    items are right (or all wrong) the bound is exact for every mix of difficulties.

    Args:
        right: right answers of each item, integers in [0, samples]; an unanswered repeat counts as wrong.
        samples: answers per item, at least 1.
        level: confidence level, in (0.5, 1).

    Returns:
        The interval, or None with fewer than ten items.

    Raises:
        ValueError: counts that no evaluation can produce.

    Source: pseudo-counts as in Agresti and Coull (1998) and Agresti and Caffo (2000); the span of one and two
    pairs is our own, backed by tests/bench/coverage_simulation.py; the exact end by P(all right) <= mean**n.
    """
    check_counts(right, samples)
    return accuracy_of_sums(Sums.of(right), samples, level=level)


def accuracy_of_sums(sums: Sums, samples: int, *, level: float = 0.95) -> Interval | None:
    """The interval of :func:`accuracy_interval`, from the sums that it depends on.

    Raises:
        ValueError: sums that no evaluation can produce.
    """
    sums.require_possible(samples)
    alpha = alpha_of(level)
    items, total = sums.items, sums.right
    if items < MINIMUM_ITEMS:
        return None
    estimate = round_four(exact(Fraction(total, items * samples)))
    lower, upper = _envelope(items, samples, total, sums.squares, alpha)
    if total == items * samples:
        lower, upper = all_right_lower(items, level), 1.0
    elif total == 0:
        lower, upper = 0.0, round(1.0 - all_right_lower(items, level), 4)
    return Interval(estimate, lower, upper, items, samples, "ACC")


def shares_interval(shares: Sequence[Fraction], samples: int, rule: str, *, level: float = 0.95) -> Interval | None:
    """Rule ACC on unbiased estimates of each item that are no simple counts, such as pass@k.

    The bound for a flawless result stays exact: an estimate is 1 at most as often as its mean.

    Args:
        shares: the estimate of each item, exact, in [0, 1].
        samples: answers per item, for the record.
        rule: how the result is named.
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: an estimate outside [0, 1].
    """
    scale = math.lcm(1, *(share.denominator for share in shares))
    found = accuracy_interval([int(share * scale) for share in shares], scale, level=level)
    return None if found is None else found._replace(samples=samples, rule=rule)


def _envelope(items: int, samples: int, total: int, squares: int, alpha: Fraction) -> tuple[float, float]:
    t = printed_t_quantile(float(1 - alpha / 2), items - 1)
    lows, highs = [], []
    for pairs in (1, 2):
        mean, variance = augmented_moments(items, samples, total, squares, Fraction(pairs))
        half = CONTEXT.multiply(t, exact_root(variance / (items + 2 * pairs)))
        lows.append(CONTEXT.subtract(exact(mean), half))
        highs.append(CONTEXT.add(exact(mean), half))
    return floor_four(clip(min(lows))), ceil_four(clip(max(highs)))


def augmented_moments(items: int, samples: int, total: int, squares: int, pairs: Fraction) -> tuple[Fraction, Fraction]:
    """Mean and variance of the item means after adding ``pairs`` right and ``pairs`` wrong items.

    Args:
        items: number of items.
        samples: answers per item.
        total: sum of the right counts.
        squares: sum of the squared right counts.
        pairs: how many pairs to add; a fraction of a pair is allowed.
    """
    size = items + 2 * pairs
    mean = (Fraction(total, samples) + pairs) / size
    second = Fraction(squares, samples * samples) + pairs
    return mean, (second - size * mean * mean) / (size - 1)


def all_right_lower(items: int, level: float = 0.95) -> float:
    """The exact lower bound when every answer to ``items`` items is right, rounded down to 4 decimals.

    Source: P(all right) = (E p**k)**n <= mean**n, hence (alpha/2)**(1/n).
    """
    return power_root(alpha_of(level) / 2, items)


def exact_set_interval(right: Sequence[int], samples: int, *, level: float = 0.95) -> Interval | None:
    """Accuracy on exactly these items, where only the model's own sampling varies (rule SET).

    It is much narrower than ACC and says nothing about other items: no verdict may use it.

    Returns:
        The interval, or None with fewer than ten items or a single answer per item.

    Raises:
        ValueError: counts that no evaluation can produce.

    Source: variance within items, with one right and one wrong answer added; coverage .944 to .959 in
    simulation for 30 and 200 items with 4 to 64 answers.
    """
    check_counts(right, samples)
    alpha = alpha_of(level)
    items, total = len(right), sum(right)
    if items < MINIMUM_ITEMS or samples < 2:
        return None
    answers = items * samples
    plain = Fraction(total, answers)
    within = Fraction(sum(c * (samples - c) for c in right), samples * samples)
    variance = within / ((samples - 1) * items * items)
    centre = (answers * plain + 1) / (answers + 2)
    regular = (answers**2 * variance + (1 - centre) ** 2 + centre**2) / (answers + 2) ** 2
    z = Decimal(f"{normal_quantile(float(1 - alpha / 2)):.10f}")
    half = CONTEXT.multiply(z, exact_root(regular))
    lower = floor_four(clip(CONTEXT.subtract(exact(centre), half)))
    upper = ceil_four(clip(CONTEXT.add(exact(centre), half)))
    return Interval(round_four(exact(plain)), lower, upper, items, samples, "SET")
