"""Met, not met, or inconclusive: decided on the digits that are printed."""

from __future__ import annotations

import math
from enum import StrEnum

from certify.statistics.interval import Interval


class Verdict(StrEnum):
    """What an interval says about a threshold."""

    MET = "met"
    NOT_MET = "not_met"
    INCONCLUSIVE = "inconclusive"


def judge(interval: Interval | None, threshold: float) -> Verdict:
    """Met when the printed lower bound reaches the threshold, not met when the upper bound stays below it.

    No interval, or one that spans the threshold, is inconclusive: too few items, not a failure. At 95 %
    each wrong verdict has a chance of about 2.5 %.

    Raises:
        ValueError: the threshold or a bound is not a finite number; NaN must never decide.
    """
    if not math.isfinite(threshold):
        raise ValueError(f"the threshold {threshold} is not a finite number")
    if interval is None:
        return Verdict.INCONCLUSIVE
    if not (math.isfinite(interval.lower) and math.isfinite(interval.upper)):
        raise ValueError("an interval without finite bounds decides nothing")
    if interval.lower >= threshold:
        return Verdict.MET
    if interval.upper < threshold:
        return Verdict.NOT_MET
    return Verdict.INCONCLUSIVE
