"""Numbers as a certificate prints them."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share as printed: ``0.8832`` is ``88.32 %``; the four decimals that verdicts use stay visible."""
    return f"{share * 100:.2f} %"
