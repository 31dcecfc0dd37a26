"""What stands behind a rule that was not met: which families or benchmarks failed, and what sample would decide."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.decision import RuleOutcome
from certify.evidence.results import CorpusScanResult, Estimate, FreshReasoningResult, StaticFreshGapResult
from certify.evidence.results.detection import Detection
from certify.page.thresholds import Thresholds
from certify.statistics.planning import plan_size
from certify.verify.words.printed import percent, points

POWER = 0.8
"""Chance with which a sample of the size told would decide. Source: docs/statistics.md, planning."""
MOST = 1_000_000
"""Items beyond which a size is no advice any more."""
FAILED_SHOWN = 6
"""Families or benchmarks that failed and stand by name."""
_OBSERVED = re.compile(r"""check\[["'](?P<check>[\w:.-]+)["']\]\.(?P<field>[\w.]+)""")


class Behind(NamedTuple):
    """What a reader of a refusal asks about a rule."""

    failed: str
    """Families or benchmarks that failed; empty where the rule is about no such thing."""
    size: str
    """What sample would decide; empty where nobody can say."""


def behind_rule(rule: RuleOutcome, results: Mapping[str, Value], thresholds: Thresholds) -> Behind:
    """Which parts failed, and what size would decide, for the first value that the rule looks at.

    Args:
        rule: a rule that is not met, or not shown to be.
        results: check id to its typed result.
        thresholds: what the rules ask, by check and field.
    """
    for expression in rule.observed:
        match = _OBSERVED.search(expression)
        result = results.get(match["check"]) if match else None
        if match and result is not None:
            asked = thresholds.get((match["check"], match["field"]))
            return Behind(_failed(result, match["field"], asked), _size(result, match["field"], asked))
    return Behind("", "")


def _failed(result: Value, field: str, asked: float | None) -> str:
    if isinstance(result, FreshReasoningResult):
        limit = asked if field == "lowest_family" and asked is not None else result.accuracy.estimate
        weak = sorted((one for one in result.families if one.share < limit), key=lambda one: one.share)
        return _listed([f"{one.family} {one.right:,} of {one.answers:,}" for one in weak])
    if isinstance(result, CorpusScanResult):
        hit = [one for one in result.benchmarks if one.contaminated]
        return _listed([f"{one.benchmark} {one.contaminated:,} of {one.items:,}" for one in hit])
    return ""


def _listed(parts: list[str]) -> str:
    more = f" and {len(parts) - FAILED_SHOWN} more" if len(parts) > FAILED_SHOWN else ""
    return ", ".join(parts[:FAILED_SHOWN]) + more


def _size(result: Value, field: str, asked: float | None) -> str:
    if isinstance(result, Detection):
        return f"{result.needed:,} items would give it the power asked." if result.needed else ""
    if asked is None:
        return ""
    if isinstance(result, StaticFreshGapResult) and field == "upper":
        return _gap_size(result, asked)
    owner, _, bound = field.rpartition(".")
    share: object = result
    for part in owner.split("."):
        share = getattr(share, part, None)
    return _share_size(share, asked) if isinstance(share, Estimate) and bound == "lower" else ""


def _share_size(share: Estimate, asked: float) -> str:
    """Source: rule ACC's planning formula, the measured share taken for the true one."""
    if share.estimate <= asked or not 0 < asked < 1:
        return f"No size would: the share itself, {percent(share.estimate)}, is not above {percent(asked)}."
    if share.estimate - asked < 0.001:
        return f"No size that could be asked: {percent(share.estimate)} is too close to {percent(asked)}."
    return _told(plan_size(asked, share.estimate - asked, share.samples, power=POWER), share.items)


def _gap_size(result: StaticFreshGapResult, asked: float) -> str:
    """Source: a bound lies about 1 / sqrt(items) from its gap; scaled from the one measured."""
    if result.gap >= asked:
        return f"No size would: the gap itself, {points(result.gap)}, is not below {points(asked)}."
    width = max(result.upper - result.gap, 0.0)
    return _told(math.ceil(result.items * (width / (asked - result.gap)) ** 2), result.items)


def _told(size: int, had: int) -> str:
    if size > MOST:
        return "No size that could be asked: what was measured is too close to what is wanted."
    if size <= had:
        return ""
    return f"About {size:,} items would, {had:,} were asked, if the model is what was measured."
