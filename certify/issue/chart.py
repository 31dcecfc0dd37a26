"""The small pictures of page one: a dot, its 95 % interval, the threshold and the floor on one scale."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.decision import RuleOutcome
from certify.evidence.results import (
    CorpusScanResult,
    Estimate,
    FreshReasoningResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
)
from certify.issue.findings import CHECK_OF, SMALLEST_PRINTED_SAMPLE, percent, points

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


class _Scale(NamedTuple):
    start: float
    end: float

    def x(self, value: float) -> float:
        inside = min(max(value, self.start), self.end)
        return round((inside - self.start) / (self.end - self.start) * WIDTH, 1)


def chart_of(headline: Headline, results: Mapping[str, Value], rules: Sequence[RuleOutcome]) -> Chart | None:
    """The chart of a headline, or nothing where its result is not at hand or has no scale."""
    check = CHECK_OF.get(headline.name, "")
    result = results.get(check)
    if isinstance(result, FreshReasoningResult):
        floor = max((one.floor for one in result.families), default=None)
        return _share(result.accuracy, threshold_of(rules, check, "accuracy.lower"), floor)
    if isinstance(result, StaticBenchmarkResult):
        return _share(result.accuracy, threshold_of(rules, check, "accuracy.lower"), None)
    if isinstance(result, StaticFreshGapResult):
        return _gap(result, threshold_of(rules, check, "upper"))
    if isinstance(result, CorpusScanResult):
        return _scan(result, threshold_of(rules, check, "contaminated_share"))
    return None


def threshold_of(rules: Sequence[RuleOutcome], check: str, field: str) -> float | None:
    """The number that a rule asks of ``check[...].field``, when one rule asks it with one number.

    A rule states what it observed by expression; only a rule that looks at this field alone and has a
    single numeric parameter says beyond doubt which threshold belongs to it.
    """
    wanted = f"check[{json.dumps(check)}].{field}"
    found = []
    for rule in rules:
        numbers = [value for value in rule.expected.values() if isinstance(value, int | float)]
        if [key.replace("'", '"') for key in rule.observed] == [wanted] and len(numbers) == 1:
            found.append(float(numbers[0]))
    return found[0] if len(found) == 1 else None


def _share(share: Estimate, threshold: float | None, floor: float | None) -> Chart:
    scale = _Scale(0.0, 1.0)
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
    scale = _Scale(-reach, reach)
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
    scale = _Scale(0.0, 1.0)
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
