"""pass@k: the share of items of which at least one of k answers is right (rule PASS). Test-time scaling."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from certify.statistics.accuracy import shares_interval
from certify.statistics.interval import Interval, check_counts


def pass_at(right: Sequence[int], samples: int, k: int, *, level: float = 0.95) -> Interval | None:
    """How often one of k answers is right, for somebody who can tell which; never the model's own accuracy.

    Args:
        right: right answers of each item, integers in [0, samples].
        samples: answers per item.
        k: answers drawn, in [1, samples].
        level: confidence level, in (0.5, 1).

    Returns:
        The mean over items with the interval of rule ACC on items, or None with fewer than ten items.

    Raises:
        ValueError: counts that no evaluation can produce, or more answers drawn than there are.

    Source: 1 - C(n-c, k) / C(n, k), the unbiased estimator of Chen et al. 2021 (arXiv 2107.03374), section 2.1.
    """
    check_counts(right, samples)
    check_draws(samples, k)
    return shares_interval(
        [1 - Fraction(comb(samples - c, k), comb(samples, k)) for c in right], k, "PASS", level=level
    )


def all_right_at(right: Sequence[int], samples: int, k: int, *, level: float = 0.95) -> Interval | None:
    """How often all of k answers are right: reliability rather than reach (rule PASS).

    Source: C(c, k) / C(n, k), the unbiased estimator of the probability that k answers out of n are all right.
    """
    check_counts(right, samples)
    check_draws(samples, k)
    return shares_interval([Fraction(comb(c, k), comb(samples, k)) for c in right], k, "PASS", level=level)


def check_draws(samples: int, k: int) -> None:
    """Returns where k answers can be drawn from so many.

    Raises:
        ValueError: they cannot.
    """
    if not 1 <= k <= samples:
        raise ValueError(f"{k} of {samples} answers cannot be drawn")
