"""Exact bounds for a share of independent successes: the recall of a planted self-test."""

from __future__ import annotations

import math

from certify.statistics.interval import alpha_of, power_root
from certify.statistics.quantile import incomplete_beta


def clopper_pearson_lower(successes: int, trials: int, level: float) -> float:
    """The exact one-sided lower bound on a success probability, rounded down to 4 decimals.

    Args:
        successes: in [0, trials].
        trials: independent trials; 0 gives the bound 0.
        level: one-sided confidence level, in (0.5, 1).

    Raises:
        ValueError: impossible counts or level.

    Source: Clopper and Pearson (1934): the largest p with P(X >= successes) <= 1 - level.
    """
    _check(successes, trials)
    alpha = alpha_of(level)
    if successes == 0:
        return 0.0
    if successes == trials:
        return power_root(alpha, trials)
    return _search(successes, trials, float(alpha))


def _search(successes: int, trials: int, alpha: float) -> float:
    low, high = 0, 10_000
    while high - low > 1:
        middle = (low + high) // 2
        if incomplete_beta(middle / 10_000, successes, trials - successes + 1) <= alpha:
            low = middle
        else:
            high = middle
    return low / 10_000


def clopper_pearson_upper(successes: int, trials: int, level: float) -> float:
    """The exact one-sided upper bound, rounded up to 4 decimals; 0 trials give 1."""
    _check(successes, trials)
    return round(1.0 - clopper_pearson_lower(trials - successes, trials, level), 4)


def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval, its ends rounded outwards to 4 decimals."""
    one_sided = float(1 - alpha_of(level) / 2)
    return clopper_pearson_lower(successes, trials, one_sided), clopper_pearson_upper(successes, trials, one_sided)


def binomial_mass(trials: int, hits: int, chance: float) -> float:
    """The chance of so many hits; ``chance`` in (0, 1], to about twelve digits."""
    if chance >= 1:
        return float(hits == trials)
    ways = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return math.exp(ways + hits * math.log(chance) + (trials - hits) * math.log1p(-chance))


def recall_lower_bound(found: int, planted: int) -> float:
    """The share of such plants that a search finds at least, with 95 % confidence, rounded down to 4 decimals.

    Raises:
        ValueError: ``found`` outside [0, planted].

    Source: one-sided Clopper-Pearson; the plants must be independent of each other.
    """
    return clopper_pearson_lower(found, planted, 0.95)


def _check(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials are impossible")
