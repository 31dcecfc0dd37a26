"""Exact p-values for canaries and for orders drawn at random."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from itertools import accumulate, repeat
from operator import mul

from certify.statistics.interval import exact, floor_four, printed_p
from certify.statistics.quantile import incomplete_beta

MOST_CANARIES = 1000
"""Canaries up to which a number that would do is looked for."""

_NEAR = 1e-6


def guessing_p_value(hits: int, trials: int, chance: float) -> float:
    """The chance of at least so many hits by guessing, rounded up to 4 significant digits.

    Args:
        hits: canaries recalled, in [0, trials].
        trials: independent canaries.
        chance: chance of guessing one, known from how they were made, in (0, 1); read as the decimal written.

    Raises:
        ValueError: impossible counts or chance.

    Source: exact one-sided binomial test.
    """
    if not 0 <= hits <= trials or not 0 < chance < 1:
        raise ValueError(f"{hits} of {trials} hits at a chance of {chance} are impossible")
    return printed_p(_Tails(trials, Fraction(str(chance)))[hits])


def critical_hits(trials: int, chance: float, level: float) -> int | None:
    """The fewest hits whose :func:`guessing_p_value` is at most ``level``; None where all hits together are too few.

    Args:
        trials: independent canaries, at least 0.
        chance: chance of guessing one, in (0, 1).
        level: error rate of the test, in (0, 1).
    """
    tails = _Tails(trials, Fraction(str(chance)))
    least = bisect_left(range(1, trials + 1), True, key=lambda hits: printed_p(tails[hits]) <= level) + 1
    return least if least <= trials else None


def guessing_power(trials: int, chance: float, share: float, level: float) -> float:
    """The chance that the test at ``level`` finds canaries of which this share is recalled, rounded down to 4 decimals.

    Args:
        trials: independent canaries, at least 0.
        chance: chance of guessing one, in (0, 1).
        share: chance that one is recalled, in (0, 1]; those that are not count as missed, never as guessed.
        level: error rate of the test, in (0, 1).

    Source: exact binomial.
    """
    least = critical_hits(trials, chance, level)
    return 0.0 if least is None else floor_four(exact(_Tails(trials, Fraction(str(share)))[least]))


def canaries_needed(chance: float, share: float, level: float, power: float, beyond: int = 0) -> int | None:
    """The fewest canaries with which :func:`guessing_power` reaches ``power``; None where a thousand do not.

    Args:
        chance: as there, and so are ``share`` and ``level``.
        power: in (0, 1).
        beyond: only numbers above this count: now and then one more canary has a little less power.
    """
    least = 1
    for trials in range(beyond + 1, MOST_CANARIES + 1) if share > chance else ():
        while least <= trials and incomplete_beta(chance, least, trials - least + 1) > level * (1 + _NEAR):
            least += 1  # never more than are critical, and as many or more with more trials
        near = least <= trials and incomplete_beta(share, least, trials - least + 1) >= power - _NEAR
        if near and guessing_power(trials, chance, share, level) >= power:
            return trials
    return None


class _Tails:
    """The chance of at least so many hits, exact; each is made a fraction only when it is asked for."""

    def __init__(self, trials: int, chance: Fraction) -> None:
        won, lost, whole = chance.numerator, chance.denominator - chance.numerator, chance.denominator
        ways = accumulate(range(1, trials + 1), lambda made, missed: made * (trials - missed + 1) // missed, initial=1)
        hit = list(accumulate(repeat(won, trials), mul, initial=1))
        miss = accumulate(repeat(lost, trials), mul, initial=1)
        terms = (one * hit[trials - missed] * gone for missed, (one, gone) in enumerate(zip(ways, miss, strict=True)))
        self._tails, self._whole = list(accumulate(terms))[::-1], whole**trials

    def __getitem__(self, hits: int) -> Fraction:
        return Fraction(self._tails[hits], self._whole)


def permutation_p_value(reaching: int, drawn: int) -> float:
    """The p-value of a statistic among those of random orders, rounded up to 4 significant digits.

    Args:
        reaching: drawn orders whose statistic is at least the observed one, ties included.
        drawn: orders drawn; with B tests at a global error alpha at least B / alpha - 1 are needed.

    Raises:
        ValueError: ``reaching`` outside [0, drawn].

    Source: (1 + b) / (m + 1), Phipson and Smyth (2010); exact because the observed order is one of them.
    """
    if not 0 <= reaching <= drawn:
        raise ValueError(f"{reaching} of {drawn} random orders are impossible")
    return printed_p(Fraction(1 + reaching, drawn + 1))
