"""The small pictures of page one: a dot, its 95 % interval, the threshold and the floor on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results import (
    CorpusScanResult,
    Estimate,
    FreshReasoningResult,
    MultiTurnResult,
    PrivateSetResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
    UnseenToolsResult,
)
from certify.evidence.results.profile import CapabilityProfileResult
from certify.page.thresholds import Thresholds
from certify.verify.words.headlines import check_of
from certify.verify.words.printed import SMALLEST_PRINTED_SAMPLE, percent, points

WIDTH = 240.0
"""Width of the scale, SVG units; the template draws it with this viewBox."""


class Tick(NamedTuple):
    """A labelled place on the scale."""

    x: float
    """SVG units from the left end."""
    label: str
    """As printed."""


class Chart(NamedTuple):
    """Where each thing stands on a scale ``WIDTH`` wide, and the same in words."""

    start: str
    """Label of the left end."""
    end: str
    """Label of the right end."""
    dot: float
    """The estimate."""
    low: float
    """Left end of the interval."""
    high: float
    """Right end of the interval; equal to ``low`` where there is none."""
    threshold: Tick | None
    """What the policy asks of a bound."""
    floor: Tick | None
    """What an answerer without reasoning reaches, the highest over the families."""
    alt: str
    """The numbers, for those who do not see the picture."""


class Scale(NamedTuple):
    """A range of values over the width of a chart."""

    start: float
    """Value of the left end."""
    end: float
    """Value of the right end."""

    def x(self, value: float) -> float:
        """Where a value stands, SVG units; one beyond an end stands at it."""
        inside = min(max(value, self.start), self.end)
        return round((inside - self.start) / (self.end - self.start) * WIDTH, 1)


def chart_of(headline: Headline, results: Mapping[str, Value], thresholds: Thresholds) -> Chart | None:
    """The chart of a headline, or nothing where its result is not at hand or has no scale."""
    check = check_of(headline.name)
    result = results.get(check)
    if isinstance(result, StaticFreshGapResult):
        return _gap(result, thresholds.get((check, "upper")))
    if isinstance(result, CorpusScanResult):
        return _scan(result, thresholds.get((check, "contaminated_share")))
    shown = None if result is None else _shown_share(result)
    if shown is None:
        return None
    share, field, floors = shown
    return _share(share, thresholds.get((check, f"{field}.lower")), max(floors, default=None))


def _shown_share(result: Value) -> tuple[Estimate, str, list[float]] | None:
    """The share of right answers that a headline prints, the field that holds it, and the floors beside it."""
    if isinstance(result, FreshReasoningResult):
        return result.accuracy, "accuracy", [one.floor for one in result.families]
    if isinstance(result, StaticBenchmarkResult | PrivateSetResult):
        return result.accuracy, "accuracy", [] if result.floor is None else [result.floor]
    if isinstance(result, MultiTurnResult):
        return result.turns, "turns", [one.floor for one in result.levels]
    if isinstance(result, UnseenToolsResult) and (main := result.act or result.plan):
        return main.solved, "act.solved" if result.act else "plan.solved", [one.floor for one in result.levels]
    if isinstance(result, CapabilityProfileResult):
        floors = [one.floor for one in result.cells if one.facts == "given" and one.hops > 1 and one.floor is not None]
        return result.scope.reasoning_given, "scope.reasoning_given", floors
    return None


def _share(share: Estimate, threshold: float | None, floor: float | None) -> Chart:
    scale = Scale(0.0, 1.0)
    low, high = (share.lower, share.upper) if share.items >= SMALLEST_PRINTED_SAMPLE else (share.estimate,) * 2
    words = [f"Scale 0 to 100 %. Estimate {percent(share.estimate)}, interval {percent(low)} to {percent(high)}."]
    words += [f"The policy asks a lower bound of {percent(threshold)}."] if threshold is not None else []
    words += [f"Without reasoning, up to {percent(floor)} is reached."] if floor is not None else []
    return Chart(
        start="0",
        end="100 %",
        dot=scale.x(share.estimate),
        low=scale.x(low),
        high=scale.x(high),
        threshold=None if threshold is None else Tick(scale.x(threshold), f"policy {threshold * 100:g} %"),
        floor=None if floor is None else Tick(scale.x(floor), f"floor {floor * 100:.0f} %"),
        alt=" ".join(words),
    )


def _gap(result: StaticFreshGapResult, threshold: float | None) -> Chart:
    reach = 0.25 if max(abs(result.gap), abs(result.upper), threshold or 0.0) <= 0.25 else 1.0
    scale = Scale(-reach, reach)
    words = [
        f"Scale {points(-reach)} to {points(reach)}. Gap {points(result.gap)}, upper bound {points(result.upper)}."
    ]
    words += [f"The policy asks at most {points(threshold)}."] if threshold is not None else []
    return Chart(
        start=f"−{reach * 100:.0f}",
        end=f"+{reach * 100:.0f} points",
        dot=scale.x(result.gap),
        low=scale.x(result.gap),
        high=scale.x(result.upper),
        threshold=None if threshold is None else Tick(scale.x(threshold), f"policy {threshold * 100:+g}"),
        floor=Tick(scale.x(0.0), "equal"),
        alt=" ".join(words),
    )


def _scan(result: CorpusScanResult, threshold: float | None) -> Chart:
    scale = Scale(0.0, 1.0)
    words = [f"Scale 0 to 100 %. {percent(result.contaminated_share)} of the items stand in the training data."]
    words += [f"The policy asks at most {percent(threshold)}."] if threshold is not None else []
    here = scale.x(result.contaminated_share)
    return Chart(
        start="0",
        end="100 %",
        dot=here,
        low=here,
        high=here,
        threshold=None if threshold is None else Tick(scale.x(threshold), f"policy {threshold * 100:g} %"),
        floor=None,
        alt=" ".join(words),
    )
