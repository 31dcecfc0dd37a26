"""Squares of numbers to be filled so that rows and columns add up."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from certify.check.public.base import PublicFamily, QuestionResponder, plain
from certify.statistics.stream import Stream

Rows = list[list[int]]
_DRESS = re.compile(r"\\(?:begin|end) ?\{[a-z]{0,2}(?:matrix|array)\}(?:\{[lcr|]*\})?|[\[\]&,;|]|\\+")
_LINE = re.compile(r"(?m)^\d+(?: \d+)+$")


class Survo(PublicFamily):
    """Squares of four or five rows with five to seven gaps that can be filled in one way only."""

    id = "survo"
    settings = MappingProxyType({"min_empty": 5, "max_empty": 7})
    form = "Answer with the rows of the whole matrix in one line, separated by semicolons, such as 1 2; 3 4."

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The rows; None where another filling is right, too, since the library knows one of them only."""
        facts = entry["metadata"]
        found = fillings(facts["puzzle"], facts["candidate_numbers"])
        return _written(found[0]) if len(found) == 1 and found[0] == facts["solution"] else None

    def read(self, answer: str) -> str | None:
        """The rows as lines of numbers, from a list of lists, a matrix in LaTeX, or the bare numbers of a square."""
        text = plain(answer)
        words = _DRESS.sub(" ", text).split() if text is not None else []
        side = math.isqrt(len(words))
        if not words or side * side != len(words) or not all(re.fullmatch(r"\d{1,6}", word) for word in words):
            return None
        numbers = [str(int(word)) for word in words]
        return "\n".join(" ".join(numbers[start : start + side]) for start in range(0, len(numbers), side))

    def same(self, said: str, gold: str) -> bool:
        """Every number in its place."""
        return said == self.read(gold)

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """The gaps filled in the order of the numbers, upwards, downwards or by lot; or left empty."""

        def filled(question: str, numbers: Sequence[int]) -> str:
            rows, rest = shown(question)[0], list(numbers)
            return _written([[cell or (rest.pop(0) if rest else 0) for cell in row] for row in rows])

        return {
            "as-given": lambda question: filled(question, shown(question)[1]),
            "upwards": lambda question: filled(question, sorted(shown(question)[1])),
            "downwards": lambda question: filled(question, sorted(shown(question)[1], reverse=True)),
            "by-lot": lambda question: filled(question, stream.sample(shown(question)[1], len(shown(question)[1]))),
            "left-empty": lambda question: filled(question, ()),
        }


def shown(question: str) -> tuple[Rows, list[int]]:
    """The square of a question and the numbers for its gaps."""
    rows = [[int(cell) for cell in line.split()] for line in _LINE.findall(question)]
    numbers = re.search(r"\[([0-9, ]+)\]", question)
    return rows, [int(number) for number in numbers[1].split(",")] if numbers else []


def _written(rows: Rows) -> str:
    return "; ".join(" ".join(map(str, row)) for row in rows)


def fillings(puzzle: Sequence[Sequence[int]], numbers: Sequence[int], most: int = 2) -> list[Rows]:
    """The ways to fill the zeros so that the last number of each row and column is the sum of the others.

    Args:
        puzzle: the rows.
        numbers: each is used once.
        most: how many ways are looked for.
    """
    rows, found = [list(row) for row in puzzle], list[Rows]()
    gaps = [(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if cell == 0]

    def fill(place: int, rest: list[int]) -> None:
        if place == len(gaps):
            found.append([list(row) for row in rows])
            return
        i, j = gaps[place]
        for number in sorted(set(rest)):
            rows[i][j] = number
            if _fits(rows, i, j) and len(found) < most:
                left = list(rest)
                left.remove(number)
                fill(place + 1, left)
        rows[i][j] = 0

    fill(0, list(numbers))
    return found


def _fits(rows: Rows, i: int, j: int) -> bool:
    """Whether row and column of a cell add up, as far as they are filled."""
    lines = rows[i], [row[j] for row in rows]
    return all(0 in line or sum(line[:-1]) == line[-1] for line in lines)
