"""The dated catalogue of clauses that rules support: what each asks, and whether it is in force."""

from __future__ import annotations

from functools import cache

from pydantic import Field, ValidationError

from certify.decide.source import parse_yaml, read_bytes
from certify.errors import InternalError
from certify.evidence.base import StrictValue
from certify.evidence.clauses import DatedClause, Day, Decidable, Force, Standing, force_on
from certify.resources import room


class Clause(StrictValue):
    """One clause of a law, standard or guide."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Names it within its source."""
    title: str = Field(min_length=1, max_length=200)
    """How the source counts it, and what it is about."""
    asks: str = Field(min_length=1, max_length=600)
    """What it asks, in our words."""
    status: Standing
    """Its force."""
    effective_from: Day | None = None
    """First day it applies; absent for guides that nobody is bound by, and where the day is not recorded."""
    effective_until: Day | None = None
    """Last day it applies, or the day it was rescinded, when that is fixed."""
    coverage: Decidable
    """How much of it a machine can decide."""
    verified: bool
    """Whether somebody compared this entry with the published text."""
    verified_on: Day
    """When this entry was last looked at."""
    remark: str = Field(default="", max_length=600)
    """What a reader should know before relying on the entry."""

    def applies_on(self, day: str) -> bool:
        """Whether the clause binds anybody on a day, ``2026-11-23``."""
        return force_on(day, self.status, self.effective_from, self.effective_until) is Force.IN_FORCE


class ClauseSource(StrictValue):
    """A law, standard or guide."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Names it, the same as its file."""
    title: str = Field(min_length=1, max_length=300)
    """Its full name."""
    publisher: str = Field(min_length=1, max_length=200)
    """Who issued it."""
    location: str = Field(default="", max_length=300)
    """Where it can be read."""
    clauses: tuple[Clause, ...] = Field(min_length=1)
    """The clauses that rules name."""


@cache
def catalogue() -> dict[str, Clause]:
    """Every known clause by reference, ``source/clause``.

    Raises:
        InternalError: CERT-E099, a file of the catalogue is malformed.
    """
    found: dict[str, Clause] = {}
    for source in clause_sources():
        for clause in source.clauses:
            if found.setdefault(f"{source.id}/{clause.id}", clause) is not clause:
                raise InternalError("CERT-E099", f"the clause {source.id}/{clause.id} is listed twice")
    return found


def dated(reference: str) -> DatedClause:
    """What a policy carries of a clause of the catalogue.

    Raises:
        KeyError: the catalogue has no such clause.
    """
    known = catalogue()[reference].model_dump(include=set(DatedClause.model_fields))
    return DatedClause(clause=reference, **known)


@cache
def clause_sources() -> tuple[ClauseSource, ...]:
    """The sources of the catalogue, by id.

    Raises:
        InternalError: CERT-E099, a file of the catalogue is malformed.
    """
    files = [file for file in room("policies").joinpath("clauses").iterdir() if file.name.endswith(".yaml")]
    sources = []
    for file in sorted(files, key=lambda file: file.name):
        try:
            source = ClauseSource.model_validate(parse_yaml(read_bytes(file), name=file.name).content)
        except ValidationError as error:
            raise InternalError("CERT-E099", f"the clause catalogue {file.name} is malformed: {error}") from error
        if file.name != f"{source.id}.yaml":
            raise InternalError("CERT-E099", f"the clause catalogue {file.name} calls itself {source.id}")
        sources.append(source)
    return tuple(sources)
