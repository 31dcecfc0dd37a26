"""Clauses of laws, standards and guides: what force each has on a day, and how far a decision supports it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from certify.evidence.base import StrictValue, Value

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A calendar day, ``2026-11-23``."""

Reference = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}/[a-z0-9][a-z0-9-]{0,39}$")]
"""A clause of the catalogue, ``source/clause``."""


class Standing(StrEnum):
    """What force a clause has, apart from dates."""

    IN_FORCE = "in_force"
    PROPOSED = "proposed"
    RESCINDED = "rescinded"
    BY_ANALOGY = "by_analogy"
    VOLUNTARY = "voluntary"


class Decidable(StrEnum):
    """How much of a clause a machine can decide."""

    FULL = "full"
    PARTIAL = "partial"
    EVIDENCE_ONLY = "evidence_only"


class Force(StrEnum):
    """What force a clause has on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet_in_force"
    ENDED = "no_longer_in_force"
    PROPOSED = "proposed"
    RESCINDED = "rescinded"
    BY_ANALOGY = "by_analogy"
    VOLUNTARY = "voluntary"


class DatedClause(StrictValue):
    """What a policy carries of a clause, so that its force can be told on any day without the catalogue."""

    clause: Reference
    """Which clause."""
    title: str = Field(min_length=1, max_length=200)
    """How the source counts it, and what it is about."""
    status: Standing
    """Its force, apart from dates."""
    effective_from: Day | None = None
    """First day it applies; absent where it binds nobody, or where the day is not recorded."""
    effective_until: Day | None = None
    """Last day it applies, or the day it was rescinded; absent where none is fixed."""
    coverage: Decidable
    """How much of it a machine can decide."""
    verified: bool
    """Whether somebody compared the entry with the published text."""
    verified_on: Day
    """When the entry was last looked at."""

    def force_on(self, day: str) -> Force:
        """What force it has on a day, ``2026-11-23``."""
        return force_on(day, self.status, self.effective_from, self.effective_until)


class Support(StrEnum):
    """How far a decision supports a clause."""

    SUPPORTED = "supported"
    """Every rule that names it and applies is met."""
    OPEN = "open"
    """A rule that names it is not met, or was waived."""
    NOT_COVERED = "not_covered"
    """No rule that applies names it."""


class ClauseOutcome(Value):
    """One clause that a policy is about, at the time of a decision."""

    clause: str = Field(max_length=100)
    """Which clause, ``source/clause``."""
    title: str = Field(max_length=200)
    """How the source counts it, and what it is about."""
    support: Support
    """How far the decision supports it; support is no compliance."""
    force: Force
    """What force it has on the day of the decision."""
    status: Standing
    """Its force, apart from dates."""
    effective_from: Day | None = None
    """First day it applies; absent where it binds nobody, or where the day is not recorded."""
    effective_until: Day | None = None
    """Last day it applies, or the day it was rescinded; absent where none is fixed."""
    coverage: Decidable
    """How much of it a machine can decide."""
    verified: bool
    """Whether somebody compared the entry with the published text."""
    rules: tuple[str, ...] = ()
    """Rules that name it and apply."""

    def as_of(self, day: str) -> ClauseOutcome:
        """The same, with the force the clause has on another day, ``2028-01-01``."""
        return self.model_copy(update={"force": force_on(day, self.status, self.effective_from, self.effective_until)})


def force_on(day: str, status: Standing, effective_from: str | None, effective_until: str | None) -> Force:
    """What force a clause has on a day.

    Args:
        day: ``2026-11-23``.
        status: its force, apart from dates.
        effective_from: first day it applies, where that is recorded.
        effective_until: last day it applies, or the day it was rescinded.
    """
    if status is Standing.RESCINDED:
        return Force.IN_FORCE if effective_until is not None and day < effective_until else Force.RESCINDED
    if status is not Standing.IN_FORCE:
        return Force(status.value)
    if effective_from is not None and day < effective_from:
        return Force.NOT_YET
    return Force.ENDED if effective_until is not None and day > effective_until else Force.IN_FORCE
