"""Stopping early without peeking: looks that were fixed beforehand, with an error that adds up (rule SEQ)."""

from __future__ import annotations

from collections.abc import Mapping

from certify.statistics.interval import Interval, Sums
from certify.statistics.suite import suite_of_sums

FEWEST_FIRST = 40
"""Items of the smallest first look: below it the errors were not shown. Source: docs/statistics.md, rule SEQ."""

NOMINAL = {
    2: (0.0155, 0.01386),
    3: (0.01132, 0.01086, 0.01083),
    4: (0.00893, 0.00895, 0.00918, 0.00938),
    5: (0.00738, 0.00761, 0.00797, 0.00827, 0.00851),
    6: (0.00629, 0.00662, 0.00704, 0.00739, 0.00769, 0.00793),
    7: (0.00548, 0.00586, 0.00631, 0.00669, 0.00701, 0.00727, 0.0075),
    8: (0.00486, 0.00525, 0.00571, 0.00611, 0.00644, 0.00672, 0.00697, 0.00718),
    9: (0.00436, 0.00476, 0.00522, 0.00562, 0.00596, 0.00625, 0.0065, 0.00672, 0.00692),
    10: (0.00396, 0.00435, 0.0048, 0.0052, 0.00554, 0.00584, 0.0061, 0.00633, 0.00653, 0.00671),
}
"""Number of looks to the one-sided p-value at which each of them stops, .025 over all of them, rounded down.

Source: Lan and DeMets (1983), spending alpha ln(1 + (e - 1) t) at equally spaced shares t, which is close to Pocock
(1977); computed by recursive integration in tests/bench/spending.py, whose digits these are.
"""


def look_levels(looks: int) -> tuple[float, ...]:
    """The two-sided confidence level of the interval at each look.

    Raises:
        ValueError: no boundaries are kept for so many looks.
    """
    if looks not in NOMINAL:
        raise ValueError(f"there can be {min(NOMINAL)} to {max(NOMINAL)} looks, not {looks}")
    return tuple(round(1 - 2 * p, 5) for p in NOMINAL[looks])


def look_sizes(items: int, looks: int) -> tuple[int, ...]:
    """How many of the items have been asked at each look: equal steps, rounded up.

    Raises:
        ValueError: fewer items than looks, or no boundaries are kept for so many looks.
    """
    look_levels(looks)
    if items < looks:
        raise ValueError(f"{items} items cannot be shared over {looks} looks")
    return tuple(-(-items * look // looks) for look in range(1, looks + 1))


def look_interval(groups: Mapping[str, Sums], samples: int, look: int, looks: int) -> Interval | None:
    """The interval of one look: whichever look a run stops at, it holds at least at 95 %.

    A run stops where ``judge`` finds the threshold met or not met by it.

    Args:
        groups: sums of each family over the items asked so far; one group for a benchmark.
        samples: answers per item.
        look: which look, from 1.
        looks: how many were planned.

    Returns:
        The interval by rule ACC or SUITE at the level of the look; None where these give none.

    Raises:
        ValueError: no such look, or sums that no evaluation can produce.

    Source: repeated confidence intervals, Jennison and Turnbull (1989).
    """
    if not 1 <= look <= looks:
        raise ValueError(f"there is no look {look} of {looks}")
    found = suite_of_sums(groups, samples, level=look_levels(looks)[look - 1])
    return None if found is None else found._replace(rule="SEQ")
