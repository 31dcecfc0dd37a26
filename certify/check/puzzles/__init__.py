"""Families of logic puzzles, each with one solution that a solver proved, and twins of them without any."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from certify.check.puzzles.base import Puzzle, PuzzleFamily, Responder
from certify.check.puzzles.constraint import Constraint
from certify.check.puzzles.grid import Grid
from certify.check.puzzles.ordering import Ordering
from certify.check.puzzles.truth_teller import TruthTeller
from certify.errors import InternalError
from certify.statistics.stream import Stream

__all__ = ["PUZZLES", "Pair", "Puzzle", "PuzzleFamily", "Responder", "generate_puzzles"]

TRIES = 200
_ALL: tuple[PuzzleFamily, ...] = (Constraint(), Grid(), Ordering(), TruthTeller())
PUZZLES: dict[str, PuzzleFamily] = {family.id: family for family in sorted(_ALL, key=lambda family: family.id)}
"""Family id to the family."""


class Pair(NamedTuple):
    """A puzzle, and perhaps its twin without a solution."""

    puzzle: Puzzle
    twin: Puzzle | None


def generate_puzzles(
    seed: bytes,
    family: str,
    level: int,
    count: int,
    *,
    twins: int = 0,
    exclude: Set[str] = frozenset(),
    purpose: str = "puzzles",
) -> list[Pair]:
    """``count`` puzzles of one family and level, all different; every other one is told in invented words.

    Args:
        seed: 32 bytes; the same seed gives the same puzzles everywhere.
        family: a key of :data:`PUZZLES`.
        level: one of the family's levels.
        count: how many.
        twins: how many of them, from the first, come with a twin.
        exclude: texts that must not appear.
        purpose: names the use, so that two uses of one seed share nothing.

    Raises:
        InternalError: no such family or level (E065), or a position stayed excluded, repeated or without a twin
            for all its tries (E068).
    """
    if family not in PUZZLES or level not in PUZZLES[family].levels:
        raise InternalError("CERT-E065", f"no puzzles are called {family!r}, level {level}")
    maker, seen, found = PUZZLES[family], set(exclude), list[Pair]()
    for index in range(count):
        stem = f"{purpose}/{family}/v{maker.version}/l{level}/{index}"
        found.append(_first_new(maker, seed, stem, level, seen, renamed=index % 2 == 0, twin=index < twins))
        seen.add(found[-1].puzzle.question)
    return found


def _first_new(
    maker: PuzzleFamily, seed: bytes, stem: str, level: int, seen: Set[str], *, renamed: bool, twin: bool
) -> Pair:
    for attempt in range(TRIES):
        stream = Stream(seed, f"{stem}/{attempt}")
        puzzle = maker.generate(stream, level, renamed=renamed)
        other = maker.twin(puzzle, stream) if twin else None
        if puzzle.question not in seen and (other is not None or not twin):
            return Pair(puzzle, other)
    raise InternalError("CERT-E068", f"no new {maker.id} puzzle of level {level} in {TRIES} tries")
