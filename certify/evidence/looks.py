"""Looks: where a run may stop early, where it looked, and what it saw there."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value


class PlannedLook(Value):
    """One look fixed in a plan."""

    items: int = Field(ge=1)
    """Items answered by then, earlier looks included."""
    level: Fraction
    """Two-sided confidence level of its interval; over all looks together the error is that of 95 %."""


class LookVerdict(StrEnum):
    """What a look says about the threshold it serves."""

    MET = "met"
    NOT_MET = "not_met"
    INCONCLUSIVE = "inconclusive"


class LookGroup(Value):
    """What was answered in one family or benchmark up to a look: all that its interval depends on."""

    group: str
    """The family, or the benchmark's id."""
    items: int = Field(ge=1)
    """Items answered."""
    right: int = Field(ge=0)
    """Right answers."""
    squares: int = Field(ge=0)
    """Sum over the items of the squared number of right answers."""


class LookTaken(Value):
    """One look that was taken; anybody can repeat its decision from the counts."""

    look: int = Field(ge=1)
    """Which one, from 1."""
    of: int = Field(ge=2)
    """How many were planned."""
    items: int = Field(ge=1)
    """Items answered by then."""
    groups: tuple[LookGroup, ...] = Field(min_length=1)
    """The counts, sorted by group."""
    estimate: Fraction
    """Share of right answers so far, averaged over groups."""
    lower: Fraction
    """Lower bound at the level of this look."""
    upper: Fraction
    """Upper bound at the level of this look."""
    verdict: LookVerdict
    """Whether a bound crossed the threshold; the run goes on while it is inconclusive and looks are left."""

    @property
    def last(self) -> bool:
        """Whether no look follows it."""
        return self.verdict is not LookVerdict.INCONCLUSIVE or self.look == self.of


class Interim(Value):
    """Predicate ``interim``: what was seen before more was asked; signed and logged before the next question.

    It holds no time: the log says when, and a run that was cut off signs the same again.
    """

    plan_sha256: Sha256
    """Payload digest of the plan."""
    round: int = Field(ge=1)
    """Which interim look of the run, from 1; the last look of a run is its evaluation."""
    checks: dict[str, LookTaken]
    """The latest look of each check that has looks, by the check's id."""
    records: int = Field(ge=1)
    """Judged answers so far."""
    records_root: Sha256
    """RFC 6962 root over their records, sorted by (check, item, repeat)."""
