"""How many items a claim needs, decided before the run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from certify.statistics.accuracy import all_right_lower
from certify.statistics.interval import MINIMUM_ITEMS, alpha_of, check_counts
from certify.statistics.quantile import normal_quantile

DEFAULT_RHO = 0.6
"""Correlation of the answers to one item when no pilot tells: real reasoning sets lie between .35 and .8."""

FORMULA_HOLDS_TO = 0.93
"""True accuracy up to which repeats gain what the formula says."""


def best_lower_bound(items: int, level: float = 0.95) -> float:
    """The lower bound that ``items`` items reach when every answer is right; 0 with fewer than ten.

    A threshold above it cannot be met by any model, so a policy that asks for it is wrong.
    """
    if items < 0:
        raise ValueError(f"{items} items are impossible")
    return 0.0 if items < MINIMUM_ITEMS else all_right_lower(items, level)


def minimum_items(threshold: float, level: float = 0.95) -> int:
    """The fewest items with which a perfect model is shown to reach ``threshold``.

    Args:
        threshold: required accuracy, in [0, 0.9999].
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: a threshold no sample size reaches on four printed decimals.
    """
    if not 0 <= threshold <= 0.9999:
        raise ValueError(f"no number of items shows an accuracy of {threshold}")
    if best_lower_bound(MINIMUM_ITEMS, level) >= threshold:
        return MINIMUM_ITEMS
    low, high = MINIMUM_ITEMS, 2 * MINIMUM_ITEMS
    while best_lower_bound(high, level) < threshold:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if best_lower_bound(middle, level) < threshold:
            low = middle
        else:
            high = middle
    return high


def formula_size(
    threshold: float, margin: float, samples: int, *, power: float = 0.8, rho: float = DEFAULT_RHO, level: float = 0.95
) -> int:
    """Items by the planning formula alone; see ``plan_size`` for what to use.

    Source: ((z_{1-alpha/2} s0 + z_power s1) / margin)**2 + 2 / margin, s**2 = mean (1 - mean) (rho + (1 - rho) / k),
    each term rounded up; simulated power within .03 of the wanted one up to a true accuracy of .93.
    """
    true = threshold + margin
    if not (0 < threshold < 1 and margin > 0 and true <= 1 + 1e-12):
        raise ValueError(f"a threshold of {threshold} with a margin of {margin} leaves (0, 1]")
    if not (0.5 <= power < 1 and 0 <= rho <= 1 and samples >= 1):
        raise ValueError(f"no plan for power {power}, rho {rho}, {samples} answers per item")
    shrink = rho + (1 - rho) / samples
    under_threshold = math.sqrt(threshold * (1 - threshold) * shrink)
    under_truth = math.sqrt(max(true * (1 - true), 0.0) * shrink)
    z = normal_quantile(float(1 - alpha_of(level) / 2))
    spread = ((z * under_threshold + normal_quantile(power) * under_truth) / margin) ** 2
    return math.ceil(spread) + math.ceil(2 / margin)


def plan_size(
    threshold: float, margin: float, samples: int, *, power: float = 0.8, rho: float = DEFAULT_RHO, level: float = 0.95
) -> int:
    """Items needed so that a model ``margin`` above ``threshold`` is shown to meet it with the wanted power.

    Args:
        threshold: required accuracy, in (0, 1).
        margin: how far above it the model is expected to be.
        samples: answers per item.
        power: chance of the verdict "met" for such a model, in [0.5, 1).
        rho: correlation of the answers to one item; see ``estimate_rho``.
        level: confidence level of the interval.

    Returns:
        At least ten, and at least what makes the threshold reachable. Above a true accuracy of .93 repeats
        gain less than the formula says, and the count for one answer per item is given.

    Raises:
        ValueError: an argument outside its range.
    """
    counted = 1 if threshold + margin > FORMULA_HOLDS_TO else samples
    size = formula_size(threshold, margin, counted, power=power, rho=rho, level=level)
    return max(size, minimum_items(threshold, level))


def estimate_rho(right: Sequence[int], samples: int) -> float:
    """Correlation of the answers to one item, from a pilot with at least two answers per item; in [0, 1].

    Returns:
        The default when the pilot cannot tell: fewer than ten items, one answer each, or all right or wrong.

    Raises:
        ValueError: counts that no evaluation can produce.

    Source: moment estimate (S**2 - m(1-m)/k) / (m(1-m)(1-1/k)), S**2 the variance of the item means.
    """
    check_counts(right, samples)
    total = sum(right)
    if len(right) < MINIMUM_ITEMS or samples < 2 or total in (0, len(right) * samples):
        return DEFAULT_RHO
    mean = total / (len(right) * samples)
    spread = math.fsum((c / samples - mean) ** 2 for c in right) / (len(right) - 1)
    pure = mean * (1 - mean)
    return min(max((spread - pure / samples) / (pure * (1 - 1 / samples)), 0.0), 1.0)


def typical_counts(accuracy: float, items: int, samples: int, *, rho: float = DEFAULT_RHO) -> list[int]:
    """Right answers to each item as a model of this accuracy would typically give them, for planning alone.

    What rules ACC and SET make of them is the interval to expect before anything is run.

    Args:
        accuracy: supposed share of right answers, in [0, 1].
        items: number of items.
        samples: answers to each.
        rho: correlation of the answers to one item; see ``estimate_rho``.

    Returns:
        Counts with exactly the share asked for, as near as whole answers come, ascending.

    Raises:
        ValueError: an argument outside its range.

    Source: a share rho + (1 - rho) / samples of the items is always right or always wrong, the others are right as
    often as the whole; item means then have the variance accuracy (1 - accuracy) (rho + (1 - rho) / samples).
    """
    if not (0 <= accuracy <= 1 and items >= 1 and samples >= 1 and 0 <= rho <= 1):
        raise ValueError(f"no counts for an accuracy of {accuracy}, {items} items, {samples} answers, rho {rho}")
    settled = rho + (1 - rho) / samples
    total, sure = round(accuracy * items * samples), math.floor(items * settled * accuracy + 0.5)
    lost = math.floor(items * settled * (1 - accuracy) + 0.5)
    lost = min(lost, items - sure)
    between = items - sure - lost
    left = total - sure * samples
    if between == 0 or not 0 <= left <= between * samples:
        sure, rest = divmod(total, samples)
        return sorted([0] * (items - sure - bool(rest)) + [rest] * bool(rest) + [samples] * sure)
    each, more = divmod(left, between)
    return sorted([0] * lost + [each + (place < more) for place in range(between)] + [samples] * sure)
