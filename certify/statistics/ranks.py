"""Do published items rank lower than controls? Two tests on counts of ranks, which anybody can repeat to the digit."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple

from certify.statistics.binomial import binomial_mass
from certify.statistics.boschloo import boschloo_p_value
from certify.statistics.exact_tests import permutation_p_value
from certify.statistics.quantile import normal_cdf, normal_quantile
from certify.statistics.stream import Stream

FEWEST_CONTROLS = 100
"""Control items below which nothing is claimed."""
MOST_ITEMS = 1 << 20
"""Items beyond which no size is sought."""


class RankTest(NamedTuple):
    """Two tests of the same suspicion, and one p-value for both."""

    reaching: int
    """Random choices whose ranks are as low in the mean."""
    ranks_p_value: float
    """Of lower ranks."""
    likeliest_p_value: float
    """Of more first ranks, by Boschloo's test."""
    p_value: float
    """Twice the smaller one, at most 1."""


def rank_test(published: Sequence[int], control: Sequence[int], draws: int) -> RankTest:
    """Whether published items rank lower than controls, or rank first more often.

    Args:
        published: items of rank 1, of rank 2, and so on; 1 to 1,000 in all.
        control: the same of the control items; as many ranks.
        draws: random choices for the first test.

    Raises:
        ValueError: no items on a side, or more than that.

    Source: Phipson and Smyth (2010); Boschloo (1970); both by Bonferroni.
    """
    reaching = reaching_ranks(published, control, draws)
    ranks = permutation_p_value(reaching, draws)
    likeliest = boschloo_p_value(published[0], sum(published), control[0], sum(control))
    return RankTest(reaching, ranks, likeliest, min(1.0, 2 * min(ranks, likeliest)))


def reaching_ranks(published: Sequence[int], control: Sequence[int], draws: int) -> int:
    """How many random choices of as many items as there are published ones have a sum of ranks at most theirs.

    The choices come from a stream whose seed is the digest of the arguments: whoever has the counts can repeat them.

    Args:
        published, control, draws: as in :func:`rank_test`.

    Source: under the null which items are called published is arbitrary.
    """
    told = f"certify/ranks/v1 {list(published)} {list(control)} {draws}"
    stream = Stream(hashlib.sha256(told.encode()).digest(), "ranks")
    pool = [rank for rank, counts in enumerate(zip(published, control, strict=True), 1) for _ in range(sum(counts))]
    few, total, own, reached = min(sum(published), sum(control)), sum(pool), _sum(published), 0
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
    if published < 1 or controls < 1:
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
    """The power where no control, and no published item that was not learned, ranks first; 0 with too few controls.

    Args:
        published, controls: items in all.
        share, level: as in :func:`rank_power`.

    Source: so many first ranks among published items and none among controls, by Fisher's exact test.
    """
    least, chance = 0, 1.0
    while chance > level and least < published:
        chance *= (published - least) / (published + controls - least)
        least += 1
    if chance > level or controls < FEWEST_CONTROLS:
        return 0.0
    return max(0.0, 1.0 - math.fsum(binomial_mass(published, count, share) for count in range(least)))


def rank_items_needed(share: float, level: float, power: float, control: Sequence[int] | None = None) -> int | None:
    """Published items, and as many controls, with which that power is reached, at least 100.

    Args:
        share, level, power: what is asked.
        control: controls of each rank as measured; at best where absent.

    Gives None beyond :data:`MOST_ITEMS`.
    """

    def enough(items: int) -> bool:
        if control is None:
            return best_rank_power(items, items, share, level) >= power
        return rank_power(items, [count * items / sum(control) for count in control], share, level) >= power

    high = FEWEST_CONTROLS
    while not enough(high):
        high *= 2
        if high > (MOST_ITEMS if control else 1 << 14):
            return None
    low = max(high // 2, FEWEST_CONTROLS - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _sum(counts: Sequence[float]) -> float:
    return sum(rank * count for rank, count in enumerate(counts, 1))
