"""What an interval is, and how its ends are rounded so that two machines print the same digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

MINIMUM_ITEMS = 10
"""Below this many items no interval is printed: there the rules say almost nothing."""

CONTEXT = Context(prec=50)
"""Fifty digits: far more than the printed four, so rounding never depends on the machine."""

SMALLEST_P = 1e-300
"""Exact p-values below this are reported as this, because a float cannot hold them."""

_FOUR_PLACES = Decimal("0.0001")
_FOUR_DIGITS_UP = Context(prec=4, rounding=ROUND_CEILING)


class Interval(NamedTuple):
    """A share between 0 and 1 with its bounds, as printed on a certificate."""

    estimate: float
    """The plain mean, rounded to 4 decimals."""
    lower: float
    """Lower bound, rounded down to 4 decimals."""
    upper: float
    """Upper bound, rounded up to 4 decimals."""
    items: int
    """How many items stand behind it."""
    samples: int
    """Answers per item."""
    rule: str
    """``ACC``, ``SET``, ``SUITE``, ``SEQ`` or ``PASS``: the section of docs/statistics.md on how it was computed."""


class Sums(NamedTuple):
    """All that an accuracy interval needs to know of a group of items."""

    items: int
    """Items."""
    right: int
    """Right answers over all items."""
    squares: int
    """Sum over the items of the squared number of right answers."""

    @classmethod
    def of(cls, right: Sequence[int]) -> Sums:
        """From the right answers of each item."""
        return cls(len(right), sum(right), sum(count * count for count in right))

    @classmethod
    def most_even(cls, items: int, right: int) -> Sums:
        """So many right answers spread over the items as evenly as can be: no other spread has smaller squares."""
        whole, part = divmod(right, items) if items else (0, 0)
        return cls(items, right, items * whole * whole + part * (2 * whole + 1))

    def require_possible(self, samples: int) -> None:
        """Returns if some right answers in [0, samples] have these sums.

        Raises:
            ValueError: none have.
        """
        if samples < 1 or not 0 <= self.right <= self.items * samples:
            raise ValueError(f"{self.right} of {self.items} times {samples} answers cannot be right")
        least = Sums.most_even(self.items, self.right).squares
        full, rest = divmod(self.right, samples)
        if not least <= self.squares <= full * samples * samples + rest * rest or (self.squares - self.right) % 2:
            raise ValueError(
                f"{self.items} items with {self.right} right answers cannot have squares of {self.squares}"
            )


def exact(value: Fraction) -> Decimal:
    """A rational number to fifty digits."""
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def exact_root(value: Fraction) -> Decimal:
    """The square root of a non-negative rational to fifty digits."""
    return CONTEXT.sqrt(exact(value))


def floor_four(value: Decimal) -> float:
    """``value`` rounded down to 4 decimals."""
    return float(value.quantize(_FOUR_PLACES, ROUND_FLOOR, CONTEXT))


def ceil_four(value: Decimal) -> float:
    """``value`` rounded up to 4 decimals."""
    return float(value.quantize(_FOUR_PLACES, ROUND_CEILING, CONTEXT))


def round_four(value: Decimal) -> float:
    """``value`` rounded to the nearest of 4 decimals, ties to even."""
    return float(value.quantize(_FOUR_PLACES, ROUND_HALF_EVEN, CONTEXT))


def printed_p(p_value: Fraction) -> float:
    """An exact p-value rounded up to 4 significant digits."""
    return max(float(_FOUR_DIGITS_UP.plus(exact(p_value))), SMALLEST_P)


def clip(value: Decimal) -> Decimal:
    """``value`` moved into [0, 1]."""
    return min(max(value, Decimal(0)), Decimal(1))


def power_root(probability: Fraction, exponent: int) -> float:
    """The largest multiple of 0.0001 whose ``exponent``-th power is at most ``probability``; exact, in integers."""
    ceiling = 10_000**exponent * probability.numerator
    low, high = 0, 10_000
    while high - low > 1:
        middle = (low + high) // 2
        if middle**exponent * probability.denominator <= ceiling:
            low = middle
        else:
            high = middle
    return low / 10_000


def alpha_of(level: float) -> Fraction:
    """1 - level as the decimal the caller wrote: 0.95 gives exactly 1/20.

    Raises:
        ValueError: the level is not strictly between 0.5 and 1.
    """
    if not (math.isfinite(level) and 0.5 < level < 1):
        raise ValueError(f"the confidence level {level} is outside (0.5, 1)")
    return 1 - Fraction(str(level))


def check_counts(right: Sequence[int], samples: int) -> None:
    """Refuses counts that no evaluation can produce.

    Raises:
        ValueError: ``samples`` below 1, or a count that is no integer in [0, samples].
    """
    if samples < 1:
        raise ValueError(f"each item needs at least one answer, not {samples}")
    for position, count in enumerate(right):
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= samples:
            raise ValueError(f"item {position} has {count!r} right answers of {samples}")
