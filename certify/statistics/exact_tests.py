"""Exact p-values for canaries and for orders drawn at random."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from certify.statistics.interval import printed_p


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
    guess = Fraction(str(chance))
    won, lost, whole = guess.numerator, guess.denominator - guess.numerator, guess.denominator
    ways = sum(comb(trials, x) * won**x * lost ** (trials - x) for x in range(hits, trials + 1))
    return printed_p(Fraction(ways, whole**trials))


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
