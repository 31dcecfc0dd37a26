"""Orders: who stands where in a row, from distances, neighbours and places, never from a chain of comparisons alone."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from certify.check.puzzles.base import Puzzle, PuzzleFamily, Responder
from certify.check.puzzles.solver import Clue, Frame, is_unique
from certify.check.puzzles.wording import PEOPLE, Lexicon, invented, listed
from certify.statistics.stream import Stream

_LENGTH = {1: 4, 2: 5, 3: 6, 4: 7, 5: 8, 6: 9, 7: 10}
_PLACED = ("place", "not_place")
_CHAIN = ("before", "right_before")
_PHRASES: dict[str, tuple[str, ...]] = {
    "before": ("{x} is somewhere before {y}", "{y} comes at some point after {x}"),
    "right_before": ("{x} is directly before {y}", "{y} comes directly after {x}"),
    "adjacent": ("{x} and {y} are neighbours", "{x} stands next to {y}"),
    "not_adjacent": ("{x} and {y} are not neighbours", "{x} does not stand next to {y}"),
    "apart": ("{x} and {y} have exactly {k} between them", "between {x} and {y} there are exactly {k}"),
    "place": ("{x} is number {k}", "number {k} is {x}"),
    "not_place": ("{x} is not number {k}", "number {k} is not {x}"),
    "between": ("{x} is somewhere between {y} and {z}", "{y} and {z} have {x} somewhere between them"),
}
_MEANINGS: dict[str, tuple[str, str]] = {
    "before": ("{x} {w} {y}", "x is somewhere before y"),
    "right_before": ("{x} {w} {y}", "x is directly before y"),
    "adjacent": ("{x} {w} {y}", "x and y are neighbours"),
    "not_adjacent": ("{x} {w} {y}", "x and y are not neighbours"),
    "apart": ("{x} {w} {y} {k}", "x and y have exactly k between them"),
    "between": ("{x} {w} {y} {z}", "x is somewhere between y and z"),
}


class Ordering(PuzzleFamily):
    """Four people up to ten; the whole order is asked."""

    id = "ordering"
    title = "Orders from mixed clues"
    levels = tuple(_LENGTH)
    answers = "order"
    phrases = _PHRASES
    meanings = _MEANINGS

    @staticmethod
    def holds(kind: str, constant: int, *values: int) -> bool:
        """Values are places, counted from 0; places in clues count from 1."""
        first, last = values[0], values[-1]
        if kind in _PLACED:
            return (first + 1 == constant) == (kind == "place")
        if kind == "between":
            return values[1] < first < last or last < first < values[1]
        step = last - first
        return {
            "before": step > 0,
            "right_before": step == 1,
            "adjacent": abs(step) == 1,
            "not_adjacent": abs(step) > 1,
            "apart": abs(step) == constant + 1,
        }[kind]

    def frame(self, stream: Stream, level: int) -> Frame:
        """A random order."""
        length = _LENGTH[level]
        everyone = tuple(range(length))
        return Frame(level, (length,) * length, (everyone,), (), tuple(stream.sample(everyone, length)))

    def kinds(self, frame: Frame) -> tuple[str, ...]:
        """Places named outright are left to the smaller half of the draws."""
        return (*self.phrases, "adjacent", "not_adjacent", "apart", "between")

    def propose(self, stream: Stream, frame: Frame, kind: str, *, true: bool) -> Clue:
        """Different people, and a number where the kind has one."""
        length = len(frame.sizes)
        people = 1 if kind in _PLACED else 3 if kind == "between" else 2
        scope = tuple(stream.sample(range(length), people))
        constant = stream.between(1, length) if kind in _PLACED else 0
        if kind == "apart":
            between = abs(frame.gold[scope[0]] - frame.gold[scope[1]]) - 1
            constant = between if true and between else stream.between(1, length - 2)
        return Clue(kind, scope, constant)

    def admits(self, frame: Frame, clues: Sequence[Clue]) -> bool:
        """Three kinds at least, few places named outright, and no chain of comparisons that tells the order."""
        chain = [clue for clue in clues if clue.kind in _CHAIN]
        named = sum(clue.kind == "place" for clue in clues)
        few = named <= len(frame.sizes) // 4
        return few and len({clue.kind for clue in clues}) >= 3 and not is_unique(frame, chain, self.holds)

    def lexicon(self, stream: Stream, frame: Frame, renamed: bool) -> Lexicon:
        """Ordinary people, or invented names and relations."""
        people = len(frame.sizes)
        if not renamed:
            return Lexicon(tuple(stream.sample(PEOPLE, people)), {})
        kinds = list(self.meanings) if frame.level > 1 else ["adjacent"]
        words = invented(stream, people + len(kinds))
        names = tuple(word.capitalize() for word in words[:people])
        return Lexicon(names, dict(zip(kinds, words[people:], strict=True)), renamed=True)

    def ask(self, frame: Frame, lexicon: Lexicon, told: Sequence[str]) -> str:
        """Who there is, the clues, and the form of the answer."""
        return (
            f"{listed(sorted(lexicon.names))} stand in a row, numbered from 1. {' '.join(told)} "
            "Answer as a JSON list of names, number 1 first, or: unsolvable."
        )

    def solve(self, frame: Frame, lexicon: Lexicon, values: Sequence[int]) -> str:
        """The names from the first to the last as a JSON list."""
        return json.dumps(
            [lexicon.names[person] for person in sorted(range(len(values)), key=lambda p: (values[p], p))]
        )

    def space(self, level: int) -> int:
        """All orders."""
        return math.factorial(_LENGTH[level])

    def shortcuts(self, frame: Frame, clues: Sequence[Clue]) -> dict[str, tuple[int, ...]]:
        """Order of first mention, either way, and comparisons sorted with ties by first mention."""
        mentioned = list(dict.fromkeys([*(v for clue in clues for v in clue.scope), *range(len(frame.sizes))]))
        return {
            "mention": _ranks(mentioned),
            "mention-backwards": _ranks(mentioned[::-1]),
            "comparisons": _ranks(sorted_by_comparisons(clues, mentioned)),
            "comparisons-backwards": _ranks(sorted_by_comparisons(clues, mentioned[::-1])),
        }

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Any order, and any order that the comparisons allow."""

        def guess(puzzle: Puzzle, clues: Sequence[Clue]) -> str:
            people = stream.sample(range(len(puzzle.frame.sizes)), len(puzzle.frame.sizes))
            return self.solve(puzzle.frame, puzzle.lexicon, _ranks(sorted_by_comparisons(clues, people)))

        return {
            "any-order": lambda puzzle: guess(puzzle, ()),
            "any-order-of-comparisons": lambda puzzle: guess(puzzle, puzzle.clues),
        }


def sorted_by_comparisons(clues: Sequence[Clue], order: Sequence[int]) -> list[int]:
    """People so that every comparison holds, where possible; ties as in ``order``."""
    ahead = [clue.scope for clue in clues if clue.kind in _CHAIN]
    left, placed = list(order), list[int]()
    while left:
        free = [person for person in left if not any(first in left for first, second in ahead if second == person)]
        placed.append((free or left)[0])
        left.remove(placed[-1])
    return placed


def _ranks(people: Sequence[int]) -> tuple[int, ...]:
    ranks = [0] * len(people)
    for place, person in enumerate(people):
        ranks[person] = place
    return tuple(ranks)
