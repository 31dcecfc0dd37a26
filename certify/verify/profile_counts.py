"""Checks that a capability profile is about the items that were planned, adds up, and says what its bounds show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from certify.evidence.base import Value
from certify.evidence.parameters.profile import CapabilityProfileParameters
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.profile import (
    Capability,
    CapabilityProfileResult,
    ProfileCell,
    ProfileScope,
    profile_words,
    unmeasured,
)
from certify.statistics import MINIMUM_ITEMS
from certify.verify.ladder_counts import ROUNDING
from certify.verify.requiring import require
from certify.verify.score_counts import is_possible, is_possible_drop

_NOBODY = ("bare", "among")


def check_profile(check: PlannedCheck, result: Value) -> None:
    """Returns if a capability profile has the planned items, adds up, and its words follow from its bounds.

    Raises:
        HostileInput: CERT-E090, otherwise; CERT-E045, the planned parameters are malformed.
    """
    if not isinstance(result, CapabilityProfileResult):
        return
    asked = CapabilityProfileParameters.from_document(check.parameters)
    _check_items(check, asked, result)
    counted = all(_adds_up(cell, asked.samples) for cell in result.cells)
    whole = sum(cell.answers for cell in result.cells), sum(cell.right for cell in result.cells)
    require(check, counted and whole == (result.outcomes.answers, result.outcomes.correct), "does not add up")
    _check_scope(check, result.scope, result.cells)
    require(check, result.told_apart.items == asked.without, "pairs other items than were planned")
    apart = result.told_apart
    most = _plain(_of(result.cells, *_NOBODY), "right") + ROUNDING
    require(check, apart.estimate <= most and is_possible_drop(apart), "says what its bounds do not show")
    same = result.words == profile_words(result.scope, result.told_apart, result.outcomes)
    require(check, same and result.not_measured == unmeasured(result.scope), "says what its bounds do not show")


def _check_items(check: PlannedCheck, asked: CapabilityProfileParameters, result: CapabilityProfileResult) -> None:
    places = [(cell.facts, cell.hops) for cell in result.cells]
    items = {kind: sum(cell.items for cell in result.cells if cell.facts == kind) for kind, _ in places}
    given = {cell.hops: cell.items for cell in result.cells if cell.facts == "given"}
    same = len(set(places)) == len(places) and given == {hops: asked.given_with(hops) for hops in asked.hops}
    same = same and sum(items.get(kind, 0) for kind in _NOBODY) == asked.without
    same = same and set(items) <= {"given", "recalled", *_NOBODY} and result.people == asked.people
    recalled = items.get("recalled", 0)
    same = same and sum(items.values()) == check.items and recalled <= asked.recalled
    same = same and (recalled > 0) == (asked.benchmark is not None) == (result.benchmark is not None)
    require(check, same and result.benchmark_sha256 == asked.sha256, "is about other items than were planned")


def _adds_up(cell: ProfileCell, samples: int) -> bool:
    nobody = cell.facts in _NOBODY
    said = cell.right + cell.wrong + (0 if nobody else cell.abstained)
    right = min(cell.right, cell.wrong, cell.abstained) >= 0 and said <= cell.answers == cell.items * samples
    right = right and (cell.right == cell.abstained or not nobody)
    return right and cell.items > 0 and cell.share == round(cell.right / cell.answers, 4)


def _check_scope(check: PlannedCheck, scope: ProfileScope, cells: Sequence[ProfileCell]) -> None:
    """Every share of the scope is over the cells that it speaks of, and is there wherever there are enough items."""
    given, recalled = _of(cells, "given"), _of(cells, "recalled")
    parts = (
        (scope.reading, _one(given), "right"),
        (scope.reasoning_given, _several(given), "right"),
        (scope.knowledge, _one(recalled), "right"),
        (scope.reasoning_recalled, _several(recalled), "right"),
        (scope.confabulation, _of(cells, *_NOBODY), "wrong"),
        (scope.abstained_on_answerable, given, "abstained"),
        (scope.abstained_on_recalled, recalled, "abstained"),
    )
    same = all(_is_share(share, part, counted) for share, part, counted in parts)
    require(check, same, "has a scope that its items do not show")


def _is_share(share: Capability | None, cells: Sequence[ProfileCell], counted: str) -> bool:
    items = sum(cell.items for cell in cells)
    if share is None or items < MINIMUM_ITEMS:
        return share is None and items < MINIMUM_ITEMS
    hops = sorted({cell.hops for cell in cells})
    same = share.items == items and abs(share.estimate - _plain(cells, counted)) <= ROUNDING
    same = same and [one.hops for one in share.by_hops] == hops and is_possible(share, items, share.samples)
    by_hops = {one.hops: [cell for cell in cells if cell.hops == one.hops] for one in share.by_hops}
    return same and all(
        (one.items, one.estimate) == (sum(cell.items for cell in by_hops[one.hops]), _plain(by_hops[one.hops], counted))
        for one in share.by_hops
    )


def _plain(cells: Iterable[ProfileCell], counted: str) -> float:
    found = [(int(getattr(cell, counted)), cell.answers) for cell in cells]
    return round(sum(count for count, _ in found) / max(1, sum(answers for _, answers in found)), 4)


def _of(cells: Sequence[ProfileCell], *kinds: str) -> list[ProfileCell]:
    return [cell for cell in cells if cell.facts in kinds]


def _one(cells: Sequence[ProfileCell]) -> list[ProfileCell]:
    return [cell for cell in cells if cell.hops == 1]


def _several(cells: Sequence[ProfileCell]) -> list[ProfileCell]:
    return [cell for cell in cells if cell.hops > 1]
