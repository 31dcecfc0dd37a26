"""Would a test of two shares notice items known by heart? Power of Boschloo's test, from below."""

from __future__ import annotations

import math
from typing import NamedTuple

from certify.statistics.boschloo import MOST_TRIALS

FEWEST_NEWER = 100
"""Newer items below which nothing is claimed; a rate measured on fewer is too uncertain to rest on."""

_STEP = 10
_ROUNDED_UP = 0.999
"""Printed p-values are rounded up by at most one part in a thousand."""


class TwoShares(NamedTuple):
    """A comparison of published items with newer ones."""

    published: int
    """Published items, 1 to 1,000."""
    newer: int
    """Newer items, 1 to 1,000."""


class Prospect(NamedTuple):
    """What a comparison can notice."""

    power: float
    """At the level asked, 4 decimals."""
    needed: int | None
    """Items on each side that would do; None where these do, or where no number up to 1,000 does."""
    enough: bool
    """Whether an absence may be told of: power as asked, and newer items enough."""


def prospect(sizes: TwoShares, newer_hits: int, effect: float, level: float, least_power: float) -> Prospect:
    """The power of a comparison, and the items that would do where it lacks any.

    Args:
        sizes: of both sides; 0 where one has none.
        newer_hits: hits on newer items; before they are known, 0 is the best there can be.
        effect, level: see :func:`two_shares_power`.
        least_power: power that is asked, in (0, 1).
    """
    power = 0.0
    if min(sizes) > 0:
        power = two_shares_power(sizes, cautious_rate(newer_hits, sizes.newer), effect, level)
    if power >= least_power and sizes.newer >= FEWEST_NEWER:
        return Prospect(power, None, True)
    share = newer_hits / max(1, sizes.newer)
    return Prospect(power, items_for_power(share, effect, level, least_power, FEWEST_NEWER), False)


def two_shares_power(sizes: TwoShares, rate: float, effect: float, level: float) -> float:
    """Chance of a p-value of at most ``level``, rounded down to 4 decimals.

    Every table of two binomials is counted that Fisher's exact test rejects. Boschloo's test rejects all of these and
    some more, so its power is at least this.

    Args:
        sizes: of both sides.
        rate: chance of a hit on a newer item, in [0, 1].
        effect: share of the published items that are hit for certain, on top of ``rate`` for the others; in [0, 1].
        level: error rate of this test alone, in (0, 1).

    Raises:
        ValueError: impossible sizes or shares.

    Source: Boschloo (1970), whose region holds that of Fisher's test.
    """
    impossible = not all(1 <= count <= MOST_TRIALS for count in sizes)
    if impossible or not (0 <= rate <= 1 and 0 <= effect <= 1 and 0 < level < 1):
        raise ValueError(f"no power for {sizes}, a rate of {rate} and an effect of {effect} at {level}")
    hit = _masses(sizes.published, rate + effect * (1 - rate))
    power, least = 0.0, 0
    for known, mass in enumerate(_masses(sizes.newer, rate)):
        if mass < 1e-12:
            continue
        least = _least_rejected(sizes, known, least, level * _ROUNDED_UP)
        power += mass * math.fsum(hit[least:])
    return math.floor(min(power, 1.0) * 10_000 + 1e-6) / 10_000


def cautious_rate(hits: float, trials: int) -> float:
    """A rate of hits that is never 0: as if one item more were a hit and one more were none.

    Args:
        hits: hits, in [0, trials].
        trials: newer items.

    Source: Laplace's rule of succession. Where no newer item is hit, a power computed at a rate of 0 would promise
    too much.
    """
    return (hits + 1) / (trials + 2)


def items_for_power(share: float, effect: float, level: float, power: float, at_least: int) -> int | None:
    """Items on each side with which :func:`two_shares_power` reaches a power, a multiple of 10.

    Args:
        share: of the newer items that are hit; the rate is cautious, see :func:`cautious_rate`.
        effect, level: as there.
        power: that is asked, in (0, 1).
        at_least: items that are wanted on each side anyway.

    Gives None where 1,000 items on each side do not suffice.
    """
    low, high = max(1, math.ceil(at_least / _STEP)), MOST_TRIALS // _STEP

    def enough(tens: int) -> bool:
        count = tens * _STEP
        rate = cautious_rate(share * count, count)
        return two_shares_power(TwoShares(count, count), rate, effect, level) >= power

    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high * _STEP


def _masses(trials: int, rate: float) -> list[float]:
    if rate <= 0 or rate >= 1:
        return [float(x == (trials if rate >= 1 else 0)) for x in range(trials + 1)]
    hit, miss, whole = math.log(rate), math.log1p(-rate), math.lgamma(trials + 1)
    return [
        math.exp(whole - math.lgamma(x + 1) - math.lgamma(trials - x + 1) + x * hit + (trials - x) * miss)
        for x in range(trials + 1)
    ]


def _least_rejected(sizes: TwoShares, known: int, start: int, level: float) -> int:
    """The fewest published hits that Fisher's test rejects beside so many newer ones; one more than there are if none.

    It never falls as ``known`` grows, so that a search may go on from the last one.
    """
    for hits in range(start, sizes.published + 1):
        if _fisher(sizes, hits, known, level) <= level:
            return hits
    return sizes.published + 1


def _fisher(sizes: TwoShares, hits: int, known: int, enough: float) -> float:
    """Fisher's one-sided p-value, or some number above ``enough`` as soon as it is known to be larger."""
    published, newer = sizes
    seen = hits + known
    whole = _log_choose(published + newer, seen)
    found = 0.0
    for x in range(hits, min(published, seen) + 1):
        mass = math.exp(_log_choose(published, x) + _log_choose(newer, seen - x) - whole)
        found += mass
        if found > enough or mass < found * 1e-15:
            break
    return found


def _log_choose(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)
