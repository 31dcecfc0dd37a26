"""Grids: each place holds one word of every group; the clues fix who is where."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from certify.check.puzzles.base import Puzzle, PuzzleFamily, Responder
from certify.check.puzzles.solver import Clue, Frame
from certify.check.puzzles.wording import Lexicon, invented
from certify.statistics.stream import Stream

_SIZES = {1: (3, 2), 2: (3, 3), 3: (4, 3), 4: (4, 4), 5: (5, 4), 6: (5, 5), 7: (6, 6)}
"""Places and groups by level."""

_GROUPS = (
    ("red", "blue", "green", "white", "black", "pink"),
    ("cat", "dog", "fox", "owl", "rat", "bee"),
    ("tea", "milk", "juice", "water", "cocoa", "beer"),
    ("drum", "flute", "harp", "horn", "lute", "piano"),
    ("apple", "pear", "plum", "fig", "lime", "peach"),
    ("chess", "golf", "judo", "polo", "rugby", "darts"),
)
_UNARY = ("at", "not_at")
_WITHIN = ("left", "next", "before", "gap")
_PHRASES: dict[str, tuple[str, ...]] = {
    "at": ("{x} is at place {k}", "place {k} has {x}"),
    "not_at": ("{x} is not at place {k}", "place {k} does not have {x}"),
    "same": ("{x} is where {y} is", "{x} and {y} are at the same place"),
    "not_same": ("{x} is not where {y} is", "{x} and {y} are at different places"),
    "left": ("{x} is directly left of {y}", "{y} is directly right of {x}"),
    "next": ("{x} is next to {y}", "{y} and {x} are at neighbouring places"),
    "before": ("{x} is somewhere left of {y}", "{y} is somewhere right of {x}"),
    "gap": ("{x} is two places from {y}", "there is exactly one place between {x} and {y}"),
}
_MEANINGS: dict[str, tuple[str, str]] = {
    "same": ("{x} {w} {y}", "x is where y is"),
    "not_same": ("{x} {w} {y}", "x is not where y is"),
    "left": ("{x} {w} {y}", "x is directly left of y"),
    "next": ("{x} {w} {y}", "x is next to y"),
    "before": ("{x} {w} {y}", "x is somewhere left of y"),
    "gap": ("{x} {w} {y}", "x is two places from y"),
}


class Grid(PuzzleFamily):
    """Three places and two groups up to six and six; the whole grid is asked, never one place."""

    id = "grid"
    title = "Grids of places and groups"
    levels = tuple(_SIZES)
    phrases = _PHRASES
    meanings = _MEANINGS

    @staticmethod
    def holds(kind: str, constant: int, *values: int) -> bool:
        """Values are places, counted from 0; constants count from 1."""
        if kind in _UNARY:
            return (values[0] + 1 == constant) == (kind == "at")
        step = values[1] - values[0]
        return {
            "same": step == 0,
            "not_same": step != 0,
            "left": step == 1,
            "next": abs(step) == 1,
            "before": step > 0,
            "gap": abs(step) == 2,
        }[kind]

    def frame(self, stream: Stream, level: int) -> Frame:
        """Each group in a random order over the places."""
        places, groups = _SIZES[level]
        gold = [value for _ in range(groups) for value in stream.sample(range(places), places)]
        blocks = tuple(tuple(range(start, start + places)) for start in range(0, places * groups, places))
        return Frame(level, (places,) * len(gold), blocks, (), tuple(gold))

    def kinds(self, frame: Frame) -> tuple[str, ...]:
        """Places named outright are rarer than relations."""
        return ("at", "not_at", "same", "same", "not_same", "left", "left", "next", "next", "before", "before", "gap")

    def propose(self, stream: Stream, frame: Frame, kind: str, *, true: bool) -> Clue:
        """A word and a place, or two words; two of one group only where they cannot share a place."""
        places = frame.sizes[0]
        first = stream.below(len(frame.sizes))
        if kind in _UNARY:
            return Clue(kind, (first,), stream.between(1, places))
        second = stream.below(len(frame.sizes))
        while second == first or (kind not in _WITHIN and second // places == first // places):
            second = stream.below(len(frame.sizes))
        return Clue(kind, (first, second))

    def admits(self, frame: Frame, clues: Sequence[Clue]) -> bool:
        """Whether no group stands in the text place by place."""
        return all(
            len({clue.scope[0] for clue in clues if clue.kind == "at" and clue.scope[0] in group}) < len(group) - 1
            for group in frame.groups
        )

    def lexicon(self, stream: Stream, frame: Frame, renamed: bool) -> Lexicon:
        """Ordinary words of ordinary groups, or invented ones."""
        places, groups = _SIZES[frame.level]
        if not renamed:
            chosen = stream.sample(_GROUPS, groups)
            return Lexicon(tuple(name for group in chosen for name in stream.sample(group, places)), {})
        kinds = list(self.meanings) if frame.level > 1 else ["left"]
        words = invented(stream, places * groups + len(kinds))
        names, rest = words[: places * groups], words[places * groups :]
        return Lexicon(tuple(names), dict(zip(kinds, rest, strict=True)), renamed=True)

    def ask(self, frame: Frame, lexicon: Lexicon, told: Sequence[str]) -> str:
        """Places, groups, clues, and the form of the answer."""
        listing = [sorted(lexicon.names[variable] for variable in group) for group in frame.groups]
        return (
            f"Places 1 to {frame.sizes[0]}, left to right, hold one of each: "
            f"{'; '.join(', '.join(names) for names in listing)}. {' '.join(told)} "
            "Answer as JSON, {word: place}, or: unsolvable."
        )

    def solve(self, frame: Frame, lexicon: Lexicon, values: Sequence[int]) -> str:
        """Each word with its place, as a JSON object."""
        return json.dumps({lexicon.names[v]: value + 1 for v, value in enumerate(values)})

    def space(self, level: int) -> int:
        """One order of the places for each group."""
        places, groups = _SIZES[level]
        return int(math.factorial(places) ** groups)

    def shortcuts(self, frame: Frame, clues: Sequence[Clue]) -> dict[str, tuple[int, ...]]:
        """Order of first mention, forwards or backwards, and the same after the places named outright."""
        mentioned = list(dict.fromkeys([*(v for clue in clues for v in clue.scope), *range(len(frame.sizes))]))
        named = {clue.scope[0]: clue.constant - 1 for clue in clues if clue.kind == "at"}
        return {
            "mention": filled(frame, mentioned, {}),
            "mention-backwards": filled(frame, mentioned[::-1], {}),
            "named-then-mention": filled(frame, mentioned, named),
            "named-then-backwards": filled(frame, mentioned[::-1], named),
        }

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Any grid, and any grid with the places named outright."""

        def guess(puzzle: Puzzle, named: dict[int, int]) -> str:
            order = stream.sample(range(len(puzzle.frame.sizes)), len(puzzle.frame.sizes))
            return self.solve(puzzle.frame, puzzle.lexicon, filled(puzzle.frame, order, named))

        def told(puzzle: Puzzle) -> dict[int, int]:
            return {clue.scope[0]: clue.constant - 1 for clue in puzzle.clues if clue.kind == "at"}

        return {
            "any-grid": lambda puzzle: guess(puzzle, {}),
            "named-then-any": lambda puzzle: guess(puzzle, told(puzzle)),
        }


def filled(frame: Frame, order: Sequence[int], named: dict[int, int]) -> tuple[int, ...]:
    """Places handed out group by group: those named first, then the free ones in an order of the words."""
    values = [0] * len(frame.sizes)
    for group in frame.groups:
        placed = {variable: named[variable] for variable in group if variable in named}
        free = iter(sorted(set(range(len(group))) - set(placed.values())))
        for variable in order:
            if variable in group:
                values[variable] = placed[variable] if variable in placed else next(free, 0)
    return tuple(values)
