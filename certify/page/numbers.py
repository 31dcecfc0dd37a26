"""The numbers of page one with their pictures, and those behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.page.chart import Chart, chart_of
from certify.page.row import Row
from certify.page.thresholds import Thresholds
from certify.page.verdict import Findings, leading
from certify.page.wording import clip, told

HEADLINES_SHOWN = 3
DETAIL = 200
"""Characters of a detail that page one has room for; the report holds the whole of a longer one."""
BOUNDS = 56
"""Characters beside a number in the top third."""


class Panel(NamedTuple):
    """One number of page one."""

    name: str
    """What it measures."""
    value: str
    """As printed, large."""
    bounds: str
    """The first of its detail, as a rule its bounds: stands beside the number in the top third."""
    detail: str
    """Interval, items, bounds."""
    chart: Chart | None
    """Its picture, where the number has a scale."""


def panels_of(findings: Findings, results: Mapping[str, Value], thresholds: Thresholds) -> tuple[Panel, ...]:
    """The three numbers of page one; after a refusal those that its rules look at go first."""
    return tuple(
        Panel(
            clip(one.name, 60),
            clip(one.value, 24),
            clip(told(_first(one)), BOUNDS),
            clip(told(one.detail), DETAIL),
            chart_of(one, results, thresholds),
        )
        for one in leading(findings, HEADLINES_SHOWN)
    )


class Number(NamedTuple):
    """A number of the top third."""

    value: str
    """As printed."""
    name: str
    """What it measures."""
    bounds: str
    """Its bounds, or the first that is said of it."""


def short_numbers(findings: Findings) -> tuple[Number, ...]:
    """The three numbers of the top third with their bounds."""
    return tuple(
        Number(clip(one.value, 24), clip(one.name, 60), clip(told(_first(one)), BOUNDS))
        for one in leading(findings, HEADLINES_SHOWN)
    )


def _first(headline: Headline) -> str:
    """The first part of a detail that holds a bound; its first part where none does."""
    parts = [part.strip() for part in headline.detail.split(";")]
    return next((part for part in parts if "interval" in part or "bound" in part or "at least" in part), parts[0])


def numbers_of(findings: Findings) -> tuple[Row, ...]:
    """Every number with the whole of its detail."""
    return tuple(Row(clip(one.name, 90), clip(f"{one.value}; {told(one.detail)}", 2000)) for one in findings.headlines)


def further_of(findings: Findings) -> tuple[Row, ...]:
    """The numbers behind the first three, and those that page one had to cut short."""
    shown = leading(findings, HEADLINES_SHOWN)
    rest = [one for one in findings.headlines if one not in shown or len(" ".join(one.detail.split())) > DETAIL]
    return tuple(Row(clip(one.name, 90), clip(f"{one.value}; {told(one.detail)}", 900)) for one in rest)
