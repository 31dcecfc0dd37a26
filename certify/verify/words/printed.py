"""Numbers as they are printed."""

from __future__ import annotations

from decimal import Decimal

from certify.evidence.results.estimates import Estimate

SMALLEST_PRINTED_SAMPLE = 10
"""Below this many items no interval is printed. Source: docs/statistics.md, rule ACC."""


COUNTABLE = 5_000
"""Answers up to which a share of four decimals tells how many of them it counts."""


def percent(share: float) -> str:
    """A share as printed: ``0.8832`` is ``88.32 %``; the four decimals that verdicts use stay visible."""
    return f"{share * 100:.2f} %"


def points(difference: float) -> str:
    """A signed difference of shares in percentage points: ``+1.67 points``."""
    return f"{difference * 100:+.2f} points".replace("-", "−")


def plain(number: float) -> str:
    """A measured number to four figures, never with an exponent: ``12,060``, ``3.142``, ``0.00001234``."""
    return f"{Decimal(f'{number:.3e}').normalize():,f}"


def p_words(value: float | None) -> str:
    """A p-value as printed."""
    if value is None:
        return "no p-value"
    return "p below 0.0001" if value < 0.0001 else f"p = {value:.4f}"


def interval_words(share: Estimate) -> str:
    """The 95 % interval of a share, or why none is given."""
    if share.items < SMALLEST_PRINTED_SAMPLE:
        return f"no interval: only {share.items} items"
    return f"95 % interval {percent(share.lower)} to {percent(share.upper)}"


def bounded(share: Estimate) -> str:
    """A share beside others, with its interval in brackets: ``90.00 % (67.12 % to 99.05 %)``."""
    if share.items < SMALLEST_PRINTED_SAMPLE:
        return f"{percent(share.estimate)} (no interval: only {share.items} items)"
    return f"{percent(share.estimate)} ({percent(share.lower)} to {percent(share.upper)})"


def of_answers(share: float, answers: int) -> str:
    """A share that has no interval, as the counts behind it: ``6 of 20``; as a share of so many where it hides them."""
    if answers > COUNTABLE:
        return f"{percent(share)} of {answers:,}"
    return f"{round(share * answers):,} of {answers:,}"


def repeats(share: Estimate) -> str:
    """How many answers each item got, behind the number of items; empty for one."""
    return f", {share.samples} answers each" if share.samples > 1 else ""
