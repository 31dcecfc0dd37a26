"""Several answers to one item: the chance that one of k is right, or all of them (rule PASS)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from certify.statistics.accuracy import shares_interval
from certify.statistics.interval import Interval, check_counts


def pass_at_k(right: Sequence[int], samples: int, k: int) -> list[Fraction]:
    """For each item the unbiased estimate of the chance that at least one of k answers is right; exact.

    Args:
        right: right answers of each item, integers in [0, samples].
        samples: answers per item; at least 2k are worth having.
        k: answers drawn, in [1, samples].

    Raises:
        ValueError: counts that no evaluation can produce, or k outside its range.

    Source: 1 - C(n-c, k) / C(n, k), Chen et al. (2021), arXiv 2107.03374. The plug-in 1 - (1 - c/n)**k is too low.
    """
    _check(right, samples, k)
    return [1 - Fraction(comb(samples - count, k), comb(samples, k)) for count in right]


def pass_hat_k(right: Sequence[int], samples: int, k: int) -> list[Fraction]:
    """For each item the unbiased estimate of the chance that all of k answers are right (pass^k); exact.

    Raises:
        ValueError: counts that no evaluation can produce, or k outside its range.

    Source: C(c, k) / C(n, k), Yao et al. (2024), arXiv 2406.12045.
    """
    _check(right, samples, k)
    return [Fraction(comb(count, k), comb(samples, k)) for count in right]


def pass_interval(shares: Sequence[Fraction], samples: int, *, level: float = 0.95) -> Interval | None:
    """The mean over items with its interval: rule ACC on the items' estimates; None with fewer than ten items.

    It speaks of test-time scaling and is never the model's accuracy.

    Args:
        shares: from :func:`pass_at_k`, :func:`pass_hat_k` or ``majority_at_k``.
        samples: answers per item.
        level: confidence level, in (0.5, 1).

    Raises:
        ValueError: an estimate outside [0, 1].
    """
    return shares_interval(shares, samples, "PASS", level=level)


def _check(right: Sequence[int], samples: int, k: int) -> None:
    check_counts(right, samples)
    if not 1 <= k <= samples:
        raise ValueError(f"{k} answers cannot be drawn from {samples}")
