"""Numbers as they are printed."""

from __future__ import annotations

from certify.evidence.results.estimates import Estimate

SMALLEST_PRINTED_SAMPLE = 10
"""Below this many items no interval is printed. Source: docs/statistics.md, rule ACC."""


def percent(share: float) -> str:
    """A share as printed: ``0.8832`` is ``88.32 %``; the four decimals that verdicts use stay visible."""
    return f"{share * 100:.2f} %"


def points(difference: float) -> str:
    """A signed difference of shares in percentage points: ``+1.67 points``."""
    return f"{difference * 100:+.2f} points".replace("-", "−")


def interval_words(share: Estimate) -> str:
    """The 95 % interval of a share, or why none is given."""
    if share.items < SMALLEST_PRINTED_SAMPLE:
        return f"no interval: only {share.items} items"
    return f"95 % interval {percent(share.lower)} to {percent(share.upper)}"


def repeats(share: Estimate) -> str:
    """How many answers each item got, behind the number of items; empty for one."""
    return f", {share.samples} answers each" if share.samples > 1 else ""
