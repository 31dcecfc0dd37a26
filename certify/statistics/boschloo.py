"""Are there more hits on published items than on matched controls? (Boschloo's exact test)"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from certify.statistics.interval import printed_p

MOST_TRIALS = 1000
"""Trials on either side that the enumeration takes; more would take minutes."""

_GRID = 1000
_REFINED = 5
_GOLDEN = (math.sqrt(5) - 1) / 2


@lru_cache(maxsize=64)
def boschloo_p_value(static_hits: int, static_trials: int, control_hits: int, control_trials: int) -> float:
    """The one-sided p-value of more hits on published items, rounded up to 4 significant digits.

    It is the largest chance, over every common hit rate, of a table that Fisher's exact test finds at least as
    extreme. The tables are found in whole numbers; the largest chance on a fixed grid of 999 rates, even in
    arcsin sqrt, refined around the five best, so no setting and no random number enters.

    Args:
        static_hits: hits on published items, in [0, static_trials].
        static_trials: independent published items, 1 to 1,000.
        control_hits: hits on control items, in [0, control_trials].
        control_trials: independent control items, 1 to 1,000; at least 100 are worth having.

    Raises:
        ValueError: impossible counts.

    Source: Boschloo (1970); uniformly more powerful than Fisher's test.
    """
    for hits, trials in ((static_hits, static_trials), (control_hits, control_trials)):
        if not (1 <= trials <= MOST_TRIALS and 0 <= hits <= trials):
            raise ValueError(f"{hits} hits in {trials} trials are impossible, or more than {MOST_TRIALS}")
    least = _region(static_hits, static_trials, control_hits, control_trials)
    static, control = _log_choices(static_trials), _log_choices(control_trials)

    def chance(angle: float) -> float:
        return _chance(math.sin(angle) ** 2, least, static, control)

    grid = [math.pi / 2 * step / _GRID for step in range(1, _GRID)]
    best = sorted(grid, key=chance, reverse=True)[:_REFINED]
    width = math.pi / 2 / _GRID
    largest = max(_peak(chance, angle - width, angle + width) for angle in best)
    return min(1.0, printed_p(Fraction(Decimal(f"{min(largest, 1.0):.9e}"))))


def _region(static_hits: int, static_trials: int, control_hits: int, control_trials: int) -> list[int]:
    """For each number of control hits, the fewest published hits as extreme by Fisher's test; exact."""
    above = [math.comb(static_trials, x) for x in range(static_trials + 1)]
    below = [math.comb(control_trials, y) for y in range(control_trials + 1)]
    seen = static_hits + control_hits
    whole = math.comb(static_trials + control_trials, seen)
    observed = sum(above[x] * below[seen - x] for x in range(static_hits, min(static_trials, seen) + 1))
    least = [static_trials + 1] * (control_trials + 1)
    for total in range(static_trials + control_trials + 1):
        tail, bound = 0, observed * math.comb(static_trials + control_trials, total)
        for x in range(min(static_trials, total), max(0, total - control_trials) - 1, -1):
            tail += above[x] * below[total - x]
            if tail * whole > bound:
                break
            least[total - x] = min(least[total - x], x)
    return least


def _log_choices(trials: int) -> list[float]:
    return [math.lgamma(trials + 1) - math.lgamma(x + 1) - math.lgamma(trials - x + 1) for x in range(trials + 1)]


def _masses(log_choices: list[float], rate: float) -> list[float]:
    hit, miss, last = math.log(rate), math.log1p(-rate), len(log_choices) - 1
    return [math.exp(ways + x * hit + (last - x) * miss) for x, ways in enumerate(log_choices)]


def _chance(rate: float, least: list[int], static: list[float], control: list[float]) -> float:
    """The chance of a table in the region at a common hit rate."""
    tails = list(accumulate(reversed(_masses(static, rate)), initial=0.0))
    return math.fsum(mass * tails[len(static) - x] for mass, x in zip(_masses(control, rate), least, strict=True))


def _peak(chance: Callable[[float], float], low: float, high: float) -> float:
    """The largest value found by golden-section search."""
    low, high = max(low, 1e-9), min(high, math.pi / 2 - 1e-9)
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    values = [chance(angle) for angle in inner]
    best = max(values)
    for _ in range(40):
        if values[0] >= values[1]:
            high, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = high - _GOLDEN * (high - low)
            values[0] = chance(inner[0])
        else:
            low, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = low + _GOLDEN * (high - low)
            values[1] = chance(inner[1])
        best = max(best, *values)
    return best
