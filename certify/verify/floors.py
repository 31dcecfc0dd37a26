"""Checks that floors are the measured ones, of generators that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.evidence.base import Value
from certify.evidence.floors import floor_table
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import FreshReasoningResult, MultiTurnResult, UnseenToolsResult
from certify.evidence.results.ladders import LogicPuzzlesResult, LongChainResult
from certify.evidence.results.profile import CapabilityProfileResult

FLOORS = "floors"
"""Name of the line that a reader sees where a generator is of a version without a table here."""

GIVEN = "given"
"""Items of a capability profile whose floor is a generator's; that of recalled facts follows from their file."""


class _Stated(NamedTuple):
    """A floor as a result states it, and the row that was measured."""

    generator: str
    said: tuple[float, str | None]
    measured: Mapping[str, Any] | None
    """None where no table has this version of the generator at this level."""


def check_floors(check: PlannedCheck, result: Value) -> None:
    """Returns if every floor of a generator whose table is at hand is the one in it, with its responder.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    for one in _stated(result):
        if one.measured is not None and one.said != (one.measured["upper"], one.measured["best_responder"]):
            raise HostileInput(
                "CERT-E090", f"the result of {check.id} states another floor of {one.generator} than was measured"
            )


def unknown_generators(results: Mapping[str, Value]) -> str:
    """Generators whose floors nobody could compare here, in a line; empty where all could be."""
    unknown = dict.fromkeys(
        one.generator for result in results.values() for one in _stated(result) if one.measured is None
    )
    return ", ".join(unknown)


def _stated(result: Value) -> Iterator[_Stated]:
    if isinstance(result, FreshReasoningResult):
        yield from _of_families(result)
    elif isinstance(result, LogicPuzzlesResult):
        for cell in result.families:
            rows = _versioned(floor_table("puzzles").get(cell.family), cell.version)
            name = f"{cell.family} puzzles v{cell.version}, level {cell.level}"
            yield _Stated(name, (cell.floor, cell.floor_responder), rows.get(str(cell.level)))
    elif isinstance(result, LongChainResult):
        for arm in result.arms:
            lengths = _versioned(floor_table("chains"), result.version).get(arm.arm, {})
            for rung in arm.rungs:
                name = f"{arm.arm} chains v{result.version}, {rung.length} steps"
                yield _Stated(name, (rung.floor, rung.floor_responder), lengths.get(str(rung.length)))
    elif isinstance(result, MultiTurnResult | UnseenToolsResult):
        yield from _of_levels(result)
    elif isinstance(result, CapabilityProfileResult):
        hops = _versioned(floor_table("worlds"), result.version).get(str(result.people), {})
        for one in result.cells:
            if one.facts == GIVEN:
                name = f"invented facts v{result.version}, {one.hops} of {result.people} people"
                yield _Stated(name, (one.floor or 0.0, one.floor_responder), hops.get(str(one.hops)))


def _of_families(result: FreshReasoningResult) -> Iterator[_Stated]:
    own, public = floor_table("families"), floor_table("public")["families"]
    for one in result.families:
        row = _versioned(own.get(one.family), one.version).get(str(result.level))
        yield _Stated(f"{one.family} v{one.version}, level {result.level}", (one.floor, one.floor_responder), row)
    for one in result.public_families or ():
        known = public.get(one.family, {})
        row = known.get("floor") if known.get("version") == one.version else None
        yield _Stated(f"{one.family} v{one.version}, public", (one.floor, one.floor_responder), row)


def _of_levels(result: MultiTurnResult | UnseenToolsResult) -> Iterator[_Stated]:
    """Levels of a generator; the first results named no version, and were all of the first."""
    name, what = ("revisions", "revised facts") if isinstance(result, MultiTurnResult) else ("tools", "unseen tools")
    table, version = floor_table(name), result.version or 1
    floors, partials = _versioned(table, version), _versioned(table, version, "partial")
    for one in result.levels:
        told = f"{what} v{version}, level {one.level}"
        yield _Stated(told, (one.floor, one.floor_responder), floors.get(str(one.level)))
        partial = getattr(one, "partial", None)
        if partial is not None:
            said = (partial, getattr(one, "partial_responder", None))
            yield _Stated(f"{told}, in part", said, partials.get(str(one.level)))


def _versioned(table: Mapping[str, Any] | None, version: int, kind: str = "floor") -> Mapping[str, Any]:
    """The floors of a table, or its other rows of this kind, where it is of this version."""
    return table.get(kind, {}) if table is not None and table.get("version") == version else {}
