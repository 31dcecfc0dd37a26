"""Families of fresh problems with the floor that needs no reasoning, as rows of strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.results import (
    FamilyResult,
    FreshReasoningResult,
    MultiTurnResult,
    ToolsLevel,
    TurnsLevel,
    UnseenToolsResult,
)
from certify.evidence.results.ladders import ChainRung, LogicPuzzlesResult, LongChainResult, PuzzleCell
from certify.evidence.results.profile import CapabilityProfileResult, ProfileCell
from certify.page.wording import clip
from certify.verify.words.printed import COUNTABLE, percent
from certify.verify.words.responders import responder_words


class FamilyRow(NamedTuple):
    """A family of fresh problems."""

    family: str
    """Name and version."""
    released: str
    """When its kind became public."""
    right: str
    """Right of all."""
    share: str
    """Their share."""
    floor: str
    """What an answerer without reasoning reaches."""


def family_rows(results: Mapping[str, Value]) -> tuple[FamilyRow, ...]:
    """Annex C: families of fresh problems with the floor that needs no reasoning."""
    fresh, puzzles, chain = (results.get(check) for check in ("fresh-reasoning", "logic-puzzles", "long-chain"))
    rows = []
    if isinstance(fresh, FreshReasoningResult):
        rows += [_family_row(f"{clip(one.family, 40)} v{one.version}", one.released, one) for one in fresh.families]
        rows += [
            _family_row(f"{clip(one.family, 40)} v{one.version}, public", one.released, one)
            for one in fresh.public_families or ()
        ]
    if isinstance(puzzles, LogicPuzzlesResult):
        rows += [
            _family_row(f"{clip(one.family, 40)} puzzles v{one.version}, level {one.level}", one.released, one)
            for one in puzzles.families
        ]
    if isinstance(chain, LongChainResult):
        rows += [
            _family_row(f"{clip(arm.arm, 40)} chains v{chain.version}, {rung.length} steps", chain.released, rung)
            for arm in chain.arms
            for rung in arm.rungs
        ]
    return (*rows, *_conversation_rows(results), *_profile_rows(results.get("capability-profile")))


_ALONE = "final facts alone"
"""How the annex calls the way of asking that has no revisions to follow."""


def _conversation_rows(results: Mapping[str, Value]) -> tuple[FamilyRow, ...]:
    """Levels of conversations and of invented tools; their results keep shares, of which the counts follow."""
    turns, tools = results.get("multi-turn"), results.get("unseen-tools")
    rows = []
    if isinstance(turns, MultiTurnResult):
        told = (("turn by turn", "turns"), ("in one message", "message"), (_ALONE, "facts"))
        rows += [
            _level_row(f"revised facts, level {one.level}, {name}", getattr(one, field), one, turns.turns.samples)
            for one in turns.levels
            for name, field in told
        ]
    if isinstance(tools, UnseenToolsResult):
        modes = ((tools.act, "act"), (tools.plan, "plan"))
        rows += [
            _level_row(f"unseen tools, level {one.level}, {mode}", getattr(one, mode), one, used.solved.samples)
            for one in tools.levels
            for used, mode in modes
            if used is not None
        ]
    return tuple(rows)


def _level_row(name: str, share: float | None, one: TurnsLevel | ToolsLevel, samples: int) -> FamilyRow:
    answers = one.items * samples
    exact = share is not None and answers <= COUNTABLE
    right = f"{round((share or 0.0) * answers)} of {answers}" if exact else "–"
    floor = f"{percent(one.floor)} ({responder_words(one.floor_responder)})"
    if isinstance(one, TurnsLevel) and one.partial is not None and not name.endswith(_ALONE):
        floor += f"; following in part {percent(one.partial)} ({responder_words(one.partial_responder or '')})"
    return FamilyRow(name, "–", right, "–" if share is None else percent(share), floor)


_TOLD = {"given": "given", "recalled": "recalled", "bare": "of nobody, none told", "among": "of nobody, others told"}
"""How the annex calls the kinds of item of a capability profile."""


def _profile_rows(result: Value | None) -> tuple[FamilyRow, ...]:
    """Kinds of item by hops; the right answer about nobody is “unknown”, which no floor fits."""
    if not isinstance(result, CapabilityProfileResult):
        return ()
    published = f"of {clip(result.benchmark or '', 30)}"
    return tuple(
        _family_row(
            f"facts {_TOLD.get(cell.facts, clip(cell.facts, 20))}, {cell.hops} to put together, "
            f"{published if cell.facts == 'recalled' else f'v{result.version}'}",
            "–" if cell.facts == "recalled" else result.released,
            cell,
        )
        for cell in result.cells
    )


def _family_row(family: str, released: str, one: FamilyResult | PuzzleCell | ChainRung | ProfileCell) -> FamilyRow:
    share = one.accuracy.estimate if isinstance(one, ChainRung) else one.share
    return FamilyRow(
        family,
        clip(released, 10),
        f"{one.right} of {one.answers}",
        percent(share),
        "–" if one.floor is None else f"{percent(one.floor)} ({responder_words(one.floor_responder or '')})",
    )
