"""The interval of rule ACC for items that each have a share of their own instead of a count of right answers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from certify.statistics.accuracy import accuracy_interval
from certify.statistics.interval import Interval


def share_interval(shares: Sequence[Fraction], samples: int, rule: str, level: float = 0.95) -> Interval | None:
    """The mean of the shares with the interval that rule ACC gives when each is brought to one denominator.

    Rule ACC looks at the mean and the spread of the items alone, so that any share in [0, 1] may stand for an item.

    Args:
        shares: one for each item, exact, in [0, 1].
        samples: answers that each speaks of, as printed.
        rule: name of the rule the interval is printed under.
        level: confidence level, in (0.5, 1).

    Returns:
        The interval, or None with fewer than ten items.

    Raises:
        ValueError: a share outside [0, 1].
    """
    denominator = lcm(*(share.denominator for share in shares))
    counts = [int(share * denominator) for share in shares]
    interval = accuracy_interval(counts, denominator, level=level)
    return None if interval is None else interval._replace(samples=samples, rule=rule)
