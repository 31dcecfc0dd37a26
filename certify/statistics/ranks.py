"""Do published items rank lower than controls? A permutation test on counts of ranks, which anybody can draw again."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from certify.statistics.quantile import normal_cdf, normal_quantile
from certify.statistics.stream import Stream

MOST_ITEMS = 1 << 20
"""Items beyond which no size is sought."""


def reaching_ranks(published: Sequence[int], control: Sequence[int], draws: int) -> int:
    """How many random choices of as many items as there are published ones have a sum of ranks at most theirs.

    The choices are drawn from a stream whose seed is the digest of the arguments: whoever has the counts can repeat
    them to the digit.

    Args:
        published: items of rank 1, of rank 2, and so on.
        control: the same of the control items; as many ranks.
        draws: choices.

    Source: under the null which items are called published is arbitrary, so that (1 + this) / (1 + draws) is an exact
    p-value; Phipson and Smyth (2010).
    """
    told = f"certify/ranks/v1 {list(published)} {list(control)} {draws}"
    stream = Stream(hashlib.sha256(told.encode()).digest(), "ranks")
    pool = [rank for rank, counts in enumerate(zip(published, control, strict=True), 1) for _ in range(sum(counts))]
    few, total = min(sum(published), sum(control)), sum(pool)
    own = _sum(published)
    reached = 0
    for _ in range(draws):
        for place in range(few):
            other = place + stream.below(len(pool) - place)
            pool[place], pool[other] = pool[other], pool[place]
        drawn = sum(pool[:few])
        reached += (drawn if few == sum(published) else total - drawn) <= own
    return reached


def rank_power(published: int, control: Sequence[float], share: float, level: float) -> float:
    """The chance that the permutation test finds a share of published items whose order is the likeliest of all.

    The other published items rank like the controls.

    Args:
        published: items.
        control: control items of each rank.
        share: of the published items, in (0, 1].
        level: in (0, 0.5).

    Returns:
        The power, rounded down to 4 decimals.

    Source: normal approximation; docs/statistics.md, rule ORDER.
    """
    controls = sum(control)
    if published < 1 or controls < 2:
        return 0.0
    mean = _sum(control) / controls
    variance = math.fsum(count * (rank - mean) ** 2 for rank, count in enumerate(control, 1)) / controls
    shift, both = share * (mean - 1), published + controls
    leaked = (1 - share) * variance + share * (1 - share) * (mean - 1) ** 2
    pooled = (published * leaked + controls * variance) / both + published * controls / both**2 * shift**2
    distance = shift - normal_quantile(1 - level) * math.sqrt(pooled * (1 / published + 1 / controls))
    spread = math.sqrt(leaked / published + variance / controls)
    reached = normal_cdf(distance / spread) if spread > 0 else float(distance > 0)
    return math.floor(reached * 10_000) / 10_000


def best_rank_power(published: int, controls: int, share: float, level: float) -> float:
    """The power where no control and no other published item ever has its published order as the likeliest.

    Nothing better can come out, so that what is not enough here is not enough at all.

    Args:
        published, controls: items, in all.
        share, level: as in :func:`rank_power`.

    Source: so many published items and no control are an exact table by Fisher's test.
    """
    least, chance = 0, 1.0
    while chance > level and least < published:
        chance *= (published - least) / (published + controls - least)
        least += 1
    if chance > level:
        return 0.0
    missed = math.fsum(
        math.comb(published, count) * share**count * (1 - share) ** (published - count) for count in range(least)
    )
    return max(0.0, 1.0 - missed)


def items_needed(published: int, control: Sequence[int], share: float, level: float, power: float) -> int | None:
    """Published items with which that power is reached, where controls grow in proportion; None beyond 2**20."""

    def enough(items: int) -> bool:
        return rank_power(items, [count * items / published for count in control], share, level) >= power

    high = published
    while not enough(high):
        high *= 2
        if high > MOST_ITEMS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _sum(counts: Sequence[float]) -> float:
    return sum(rank * count for rank, count in enumerate(counts, 1))
