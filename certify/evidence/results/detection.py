"""What every test for contamination by a model's own behaviour tells: a p-value, a power, and one of three words."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Fraction, Value


class DetectionVerdict(StrEnum):
    """What a test of contamination may say; there is no word for "clean"."""

    DETECTED = "detected"
    NO_EVIDENCE = "no_evidence"
    INSUFFICIENT = "insufficient"


class Detection(Value):
    """A test with a bounded share of false alarms; results of such checks build on it."""

    verdict: DetectionVerdict
    """Detected where the corrected p-value is at most alpha; no evidence only where the power suffices."""
    alpha: Fraction
    """Share of false alarms that the plan allows to all its tests of contamination together."""
    p_value: Fraction | None = None
    """Of this test alone; absent where too little could be learned for anything to be asked."""
    tests: int = Field(default=1, ge=1)
    """Tests of contamination that the plan holds, this one among them."""
    holm_p_value: Fraction | None = None
    """``pValue`` by Holm's rule over these tests, those without a result counted; the one that decides."""
    power: Fraction
    """Chance that this test, at ``alpha`` shared among all tests, notices an effect of the size ``powerAgainst``."""
    power_against: Fraction
    """The effect that the plan wants noticed; each check's page says what it is a share of."""
    least_power: Fraction
    """Power that the plan asks before "no evidence" may be said."""
    needed: int | None = Field(default=None, ge=1)
    """Items with which that power would be reached; absent where it is, or where no number is known to."""


def detection_verdict(p_value: float | None, alpha: float, power: float, least_power: float) -> DetectionVerdict:
    """The word for a test.

    Args:
        p_value: corrected for the number of tests; None where nothing was asked.
        alpha: share of false alarms allowed to all of them.
        power: of this test against the effect that matters.
        least_power: power that is asked.

    Source: docs/detectors.md; an absence is claimed only where a presence would have been noticed.
    """
    if p_value is not None and p_value <= alpha:
        return DetectionVerdict.DETECTED
    enough = p_value is not None and power >= least_power
    return DetectionVerdict.NO_EVIDENCE if enough else DetectionVerdict.INSUFFICIENT
