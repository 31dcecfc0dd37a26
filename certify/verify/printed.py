"""Numbers as they are printed."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share as printed: ``0.8832`` is ``88.32 %``; the four decimals that verdicts use stay visible."""
    return f"{share * 100:.2f} %"


def points(difference: float) -> str:
    """A signed difference of shares in percentage points: ``+1.67 points``."""
    return f"{difference * 100:+.2f} points".replace("-", "−")
