"""Quantiles of the normal and Student t distributions without a numerical library."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from statistics import NormalDist

_TINY = 1e-300
_MAX_TERMS = 10_000


def normal_quantile(probability: float) -> float:
    """The standard normal quantile; ``probability`` in (0, 1)."""
    return NormalDist().inv_cdf(probability)


def normal_cdf(value: float) -> float:
    """The share of a standard normal distribution below ``value``."""
    return NormalDist().cdf(value)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for 0 <= x <= 1 and a, b > 0.

    Source: continued fraction, DLMF 8.17.22, evaluated by the modified Lentz method.
    """
    if not (0 <= x <= 1 and a > 0 and b > 0):
        raise ValueError(f"I_x(a, b) is not defined at x={x}, a={a}, b={b}")
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) / a * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MAX_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for coefficient in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + coefficient * d)
            c = _away_from_zero(1.0 + coefficient / c)
            step = c * d
            value *= step
        if abs(step - 1.0) < 1e-16:
            return value
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def student_t_upper_tail(value: float, df: float) -> float:
    """P(T > value) for ``value >= 0`` and ``df > 0`` degrees of freedom."""
    return 0.5 * incomplete_beta(df / (df + value * value), df / 2.0, 0.5)


@lru_cache(maxsize=65536)
def student_t_quantile(probability: float, df: float) -> float:
    """The Student t quantile, accurate to about 1e-11.

    Args:
        probability: in [0.5, 1).
        df: degrees of freedom, positive, not necessarily whole.

    Raises:
        ValueError: an argument outside its range.
    """
    if not (0.5 <= probability < 1 and df > 0 and math.isfinite(df)):
        raise ValueError(f"no t quantile at probability {probability} with {df} degrees of freedom")
    tail = 1.0 - probability
    low, high = 0.0, 1.0
    while student_t_upper_tail(high, df) > tail:
        low, high = high, high * 2.0
    while high - low > 4e-16 * high:
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if student_t_upper_tail(middle, df) > tail:
            low = middle
        else:
            high = middle
    return high


def printed_t_quantile(probability: float, df: float) -> Decimal:
    """The t quantile to ten decimals: the last digits of a float differ between machines, these do not."""
    return Decimal(f"{student_t_quantile(probability, df):.10f}")
