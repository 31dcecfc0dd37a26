"""A ratio of totals over items, such as tokens for each right answer, with an interval by resampling items."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from certify.statistics.stream import Stream

RESAMPLES = 999
"""With these the ends are the 25th value from either end."""

_TAIL = 25
_SEED = hashlib.sha256(b"certify/statistics/ratio/v1").digest()


class Ratio(NamedTuple):
    """A ratio and the ends of its 95 % interval, three decimals; an end that is absent is infinite."""

    value: float
    """Total over total."""
    lower: float
    """Lower end."""
    upper: float | None
    """Upper end."""


def ratio_of_totals(over: Sequence[int], under: Sequence[int]) -> Ratio | None:
    """The sum of one quantity over the sum of another (rule RATIO).

    Items are resampled with all their answers, so that answers to one item may depend on each other. The draws are
    the same for everybody who repeats the computation.

    Args:
        over: of each item, not negative.
        under: of each item, not negative.

    Returns:
        The ratio, or None where the second sum is 0.

    Raises:
        ValueError: different numbers of items, or a negative quantity.

    Source: percentile bootstrap of a ratio of means, Efron and Tibshirani (1993), chapters 13 and 25.
    """
    if len(over) != len(under) or any(value < 0 for value in (*over, *under)):
        raise ValueError("each item needs two quantities that are not negative")
    if not sum(under):
        return None
    stream, items, found = Stream(_SEED, f"{len(over)}"), len(over), list[float]()
    for _ in range(RESAMPLES):
        drawn = [stream.below(items) for _ in range(items)]
        beneath = sum(under[place] for place in drawn)
        found.append(sum(over[place] for place in drawn) / beneath if beneath else float("inf"))
    found.sort()
    upper = found[-_TAIL]
    return Ratio(
        round(sum(over) / sum(under), 3), round(found[_TAIL - 1], 3), None if upper == float("inf") else round(upper, 3)
    )
