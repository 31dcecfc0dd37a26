"""Small numbers that are all different, from sums, differences and comparisons."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from certify.check.puzzles.base import Puzzle, PuzzleFamily, Responder
from certify.check.puzzles.solver import Clue, Frame
from certify.check.puzzles.wording import Lexicon, invented, listed
from certify.statistics.stream import Stream

_VARIABLES = {1: 3, 2: 4, 3: 5, 4: 6, 5: 7, 6: 8}
_SPARE = 2
"""More values than numbers, so that what is left over does not give the last one away."""

_UNARY = ("odd", "even")
_TERNARY = ("total", "middle")
_LETTERS = "abcdefghjkmnpqrstuvw"
_PHRASES: dict[str, tuple[str, ...]] = {
    "odd": ("{x} is odd", "{x} is an odd number"),
    "even": ("{x} is even", "{x} is an even number"),
    "less": ("{x} is less than {y}", "{y} is greater than {x}"),
    "sum": ("{x} + {y} = {k}", "{x} and {y} add up to {k}"),
    "difference": ("{x} and {y} differ by {k}", "the difference of {x} and {y} is {k}"),
    "double": ("{x} is twice {y}", "{y} is half of {x}"),
    "total": ("{x} + {y} = {z}", "{z} is the sum of {x} and {y}"),
    "middle": ("{x} lies between {y} and {z}", "{y} and {z} have {x} between them"),
}
_MEANINGS: dict[str, tuple[str, str]] = {
    "less": ("{x} {w} {y}", "x is less than y"),
    "sum": ("{x} {w} {y} {k}", "x + y = k"),
    "difference": ("{x} {w} {y} {k}", "x and y differ by k"),
    "double": ("{x} {w} {y}", "x is twice y"),
    "total": ("{x} {w} {y} {z}", "x + y = z"),
    "middle": ("{x} {w} {y} {z}", "x lies between y and z"),
}


class Constraint(PuzzleFamily):
    """Three numbers up to eight, each between 1 and two more than there are numbers."""

    id = "constraint"
    title = "Numbers from sums and differences"
    levels = tuple(_VARIABLES)
    phrases = _PHRASES
    meanings = _MEANINGS

    @staticmethod
    def holds(kind: str, constant: int, *values: int) -> bool:
        """Value 0 stands for the number 1."""
        x, y, z = (*(value + 1 for value in values), 0, 0)[:3]
        return {
            "odd": x % 2 == 1,
            "even": x % 2 == 0,
            "less": x < y,
            "sum": x + y == constant,
            "difference": abs(x - y) == constant,
            "double": x == 2 * y,
            "total": x + y == z,
            "middle": y < x < z or z < x < y,
        }[kind]

    def frame(self, stream: Stream, level: int) -> Frame:
        """Different numbers at random."""
        count = _VARIABLES[level]
        values = stream.sample(range(count + _SPARE), count)
        return Frame(level, (count + _SPARE,) * count, (tuple(range(count)),), (), tuple(values))

    def kinds(self, frame: Frame) -> tuple[str, ...]:
        """Equations somewhat more often."""
        return (*self.phrases, "sum", "difference", "total")

    def propose(self, stream: Stream, frame: Frame, kind: str, *, true: bool) -> Clue:
        """Different numbers, and a constant that they could have."""
        count, most = len(frame.sizes), frame.sizes[0]
        scope = tuple(stream.sample(range(count), 1 if kind in _UNARY else 3 if kind in _TERNARY else 2))
        if kind not in ("sum", "difference"):
            return Clue(kind, scope)
        x, y = (frame.gold[variable] + 1 for variable in scope)
        if true:
            return Clue(kind, scope, x + y if kind == "sum" else abs(x - y))
        return Clue(kind, scope, stream.between(3, 2 * most - 1) if kind == "sum" else stream.between(1, most - 1))

    def admits(self, frame: Frame, clues: Sequence[Clue]) -> bool:
        """Whether no sum or difference has only one pair of numbers, which would give it away alone."""
        most = frame.sizes[0]
        extreme = {("sum", 3), ("sum", 2 * most - 1), ("difference", most - 1)}
        return not any((clue.kind, clue.constant) in extreme for clue in clues)

    def lexicon(self, stream: Stream, frame: Frame, renamed: bool) -> Lexicon:
        """Letters, or invented names and relations."""
        count = len(frame.sizes)
        if not renamed:
            return Lexicon(tuple(stream.sample(_LETTERS, count)), {})
        kinds = list(self.meanings) if frame.level > 1 else ["less", "sum"]
        words = invented(stream, count + len(kinds))
        return Lexicon(tuple(words[:count]), dict(zip(kinds, words[count:], strict=True)), renamed=True)

    def ask(self, frame: Frame, lexicon: Lexicon, told: Sequence[str]) -> str:
        """Which numbers there are, the clues, and the form of the answer."""
        return (
            f"{listed(sorted(lexicon.names))} are different whole numbers from 1 to {frame.sizes[0]}. "
            f"{' '.join(told)} What is each? Answer as JSON, {{name: number}}, or: unsolvable."
        )

    def solve(self, frame: Frame, lexicon: Lexicon, values: Sequence[int]) -> str:
        """Each name with its number, as a JSON object."""
        return json.dumps({name: value + 1 for name, value in zip(lexicon.names, values, strict=True)})

    def space(self, level: int) -> int:
        """All ways to hand out different numbers."""
        return math.perm(_VARIABLES[level] + _SPARE, _VARIABLES[level])

    def shortcuts(self, frame: Frame, clues: Sequence[Clue]) -> dict[str, tuple[int, ...]]:
        """The smallest numbers by first mention or by comparisons, and whatever fits next, counting up or down."""
        mentioned = list(dict.fromkeys([*(v for clue in clues for v in clue.scope), *range(len(frame.sizes))]))
        smaller = {variable: sum(c.kind == "less" and c.scope[1] == variable for c in clues) for variable in mentioned}
        return {
            "mention": _ranks(mentioned),
            "mention-backwards": _ranks(mentioned[::-1]),
            "comparisons": _ranks(sorted(mentioned, key=lambda variable: smaller[variable])),
            **{f"fit-{name}": first_fit(frame, clues, numbers) for name, numbers in _turns(frame.sizes[0])},
        }

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Any different numbers, and numbers in random order that fit clue by clue, never taken back."""

        def guess(puzzle: Puzzle) -> tuple[int, ...]:
            return tuple(stream.sample(range(puzzle.frame.sizes[0]), len(puzzle.frame.sizes)))

        def fit(puzzle: Puzzle) -> tuple[int, ...]:
            numbers = stream.sample(range(puzzle.frame.sizes[0]), puzzle.frame.sizes[0])
            return first_fit(puzzle.frame, puzzle.clues, numbers)

        return {
            "any-numbers": lambda puzzle: self.solve(puzzle.frame, puzzle.lexicon, guess(puzzle)),
            "any-fit": lambda puzzle: self.solve(puzzle.frame, puzzle.lexicon, fit(puzzle)),
        }


def _turns(most: int) -> Iterator[tuple[str, list[int]]]:
    """The numbers counted up and down from each start, round the end."""
    for start in range(most):
        up = [(start + step) % most for step in range(most)]
        yield f"up-{start}", up
        yield f"down-{start}", [up[0], *up[:0:-1]]


def first_fit(frame: Frame, clues: Sequence[Clue], numbers: Sequence[int]) -> tuple[int, ...]:
    """Numbers handed out one by one, each the first that breaks no clue with those before; never taken back."""
    values: dict[int, int] = {}
    for variable in range(len(frame.sizes)):
        decided = [clue for clue in clues if variable in clue.scope and set(clue.scope) <= {*values, variable}]
        free = [number for number in numbers if number not in values.values()]
        fitting = [number for number in free if _fits(decided, {**values, variable: number})]
        values[variable] = (fitting or free)[0]
    return tuple(values[variable] for variable in range(len(frame.sizes)))


def _fits(clues: Sequence[Clue], values: dict[int, int]) -> bool:
    return all(Constraint.holds(clue.kind, clue.constant, *(values[v] for v in clue.scope)) for clue in clues)


def _ranks(variables: Sequence[int]) -> tuple[int, ...]:
    ranks = [0] * len(variables)
    for rank, variable in enumerate(variables):
        ranks[variable] = rank
    return tuple(ranks)
