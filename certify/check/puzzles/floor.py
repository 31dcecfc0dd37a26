"""What puzzles pay to a responder that does not reason, and how large they are.

``python -m certify.check.puzzles.floor`` prints the table that ships as ``certify/evidence/floors/puzzles.json``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from certify.check.puzzles import PUZZLES, Puzzle, Responder, generate_puzzles
from certify.check.puzzles.answers import UNSOLVABLE
from certify.check.puzzles.solver import count_solutions
from certify.errors import InternalError
from certify.evidence.floors import floor_table
from certify.statistics import clopper_pearson_upper
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/puzzles/floor/v1").digest()
ITEMS = 2_000
_OTHERS = 100
_FREQUENT = 5


class PuzzleFloor(NamedTuple):
    """The best null responder of a family and level on freshly drawn puzzles, and the size of these."""

    best_responder: str
    """Its name."""
    right: int
    """How many it got right."""
    items: int
    """Of how many."""
    upper: float
    """One-sided 95 % Clopper-Pearson bound of its rate, rounded up to four decimals."""
    clues: float
    """Median number of clues."""
    characters: int
    """Length of the longest text."""
    conflicts: float
    """Median number of dead ends of our solver."""


def null_floor(family: str, level: int, *, items: int = ITEMS) -> PuzzleFloor:
    """The most that any null responder gets right, with its upper bound.

    The shortcuts that puzzles are screened for are not among the responders: they get none right.

    Args:
        family: a key of ``PUZZLES``.
        level: one of its levels.
        items: how many puzzles are drawn, at least 1.

    Source: trivial responders as a check of a benchmark, after Zhu et al., "Establishing Best Practices
    for Building Rigorous Agentic Benchmarks" (2025).
    """
    maker = PUZZLES[family]
    puzzles = [pair.puzzle for pair in generate_puzzles(SEED, family, level, items, purpose="floor")]
    scores = {
        name: sum(maker.verify(respond(puzzle), puzzle.answer) for puzzle in puzzles)
        for name, respond in sorted(_bank(family, level, puzzles).items())
    }
    best = max(scores, key=lambda name: scores[name])
    return PuzzleFloor(
        best_responder=best,
        right=scores[best],
        items=items,
        upper=clopper_pearson_upper(scores[best], items, 0.95),
        clues=median(len(puzzle.clues) for puzzle in puzzles),
        characters=max(len(puzzle.question) for puzzle in puzzles),
        conflicts=median(count_solutions(p.frame, p.clues, maker.holds).conflicts for p in puzzles),
    )


@cache
def floors() -> dict[str, dict[int, PuzzleFloor]]:
    """The frozen floors by family and level, as they ship.

    Raises:
        InternalError: the shipped table lacks a family or has another version of it (E069).
    """
    shipped = floor_table("puzzles")
    for name, family in PUZZLES.items():
        if shipped.get(name, {}).get("version") != family.version:
            raise InternalError(
                "CERT-E069",
                f"the table puzzles.json has no floor for version {family.version} of {name}",
                hint="run python -m certify.check.puzzles.floor and ship its output",
            )
    return {name: {int(level): PuzzleFloor(**row) for level, row in shipped[name]["floor"].items()} for name in PUZZLES}


def table(items: int = ITEMS) -> str:
    """The text of ``certify/evidence/floors/puzzles.json``, computed afresh; says on standard error how far it is."""
    rows: dict[str, dict[str, Any]] = {}
    for name, family in PUZZLES.items():
        rows[name] = {"version": family.version, "floor": {}}
        for level in family.levels:
            rows[name]["floor"][str(level)] = null_floor(name, level, items=items)._asdict()
            print(name, level, rows[name]["floor"][str(level)], file=sys.stderr, flush=True)
    return json.dumps(rows, indent=1) + "\n"


def _bank(family: str, level: int, puzzles: Sequence[Puzzle]) -> dict[str, Responder]:
    maker, stream = PUZZLES[family], Stream(SEED, f"nulls/{family}/{level}")
    others = [pair.puzzle for pair in generate_puzzles(SEED, family, level, _OTHERS, purpose="others")]
    bank: dict[str, Responder] = {
        "empty": lambda puzzle: "",
        "unsolvable": lambda puzzle: UNSOLVABLE,
        "question": lambda puzzle: puzzle.question,
        "all-names": lambda puzzle: json.dumps(list(puzzle.lexicon.names)),
        "another-answer": lambda puzzle: stream.choice(others).answer,
        "another-solution": lambda p: maker.solve(p.frame, p.lexicon, stream.choice(others).frame.gold),
    }
    frequent = Counter(puzzle.frame.gold for puzzle in [*puzzles, *others]).most_common(_FREQUENT)
    for place, (gold, _) in enumerate(frequent, start=1):
        bank[f"frequent-{place}"] = lambda p, gold=gold: maker.solve(p.frame, p.lexicon, gold)  # type: ignore[misc]
    return bank | maker.nulls(stream)


if __name__ == "__main__":
    print(table(), end="")
