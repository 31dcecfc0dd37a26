"""Linear equations in one unknown each, solved side by side."""

from __future__ import annotations

from fractions import Fraction

from certify.check.families.base import Facts, IntegersAnswer, Problem, Responder
from certify.check.families.lexicon import NAMES, alike, integers, listed, magnitude, text, texts
from certify.statistics.stream import Stream

_LETTERS = "cdfghjkmnprtvwxyz"
_RANGES = {
    1: (2, (2, 4), (2, 19), (1, 11)),
    2: (2, (12, 49), (12, 99), (10, 99)),
    3: (3, (101, 399), (101, 999), (101, 999)),
}
_WORDING = {
    "solve": "Solve {equations}. Give the values of {letters}.",
    "find": "Find {letters} if {equations}.",
    "knows": "{name} knows that {equations}. What are {letters}?",
}


def right_sides(facts: Facts) -> list[int]:
    """The constant on the right of every equation."""
    triples = zip(integers(facts, "factors"), integers(facts, "unknowns"), integers(facts, "offsets"), strict=True)
    return [factor * unknown + offset for factor, unknown, offset in triples]


class Linear(IntegersAnswer):
    """Two equations with one-digit numbers, two with two-digit ones and both signs, three with three-digit ones."""

    id = "linear"
    title = "Linear equations"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Factors, whole solutions and offsets; offsets are negative at times from level 2 on."""
        count, factors, unknowns, offsets = _RANGES[level]
        if like is None:
            signs = [1 if level == 1 or stream.below(2) else -1 for _ in range(count)]
            drawn = [[stream.between(*span) for _ in range(count)] for span in (factors, unknowns, offsets)]
        else:
            signs = [-1 if offset < 0 else 1 for offset in integers(like, "offsets")]
            spans = {"factors": factors, "unknowns": unknowns, "offsets": offsets}
            drawn = [[_alike(stream, number, span) for number in integers(like, key)] for key, span in spans.items()]
        return {
            "factors": drawn[0],
            "unknowns": drawn[1],
            "offsets": [sign * offset for sign, offset in zip(signs, drawn[2], strict=True)],
            "letters": stream.sample(_LETTERS, count),
            "name": stream.choice(NAMES),
        }

    def ask(self, facts: Facts, template: str) -> str:
        """The equations, and the order in which to answer."""
        columns = (texts(facts, "letters"), integers(facts, "factors"), integers(facts, "offsets"), right_sides(facts))
        equations = [
            f"{factor}{letter} {'-' if offset < 0 else '+'} {abs(offset)} = {right}"
            for letter, factor, offset, right in zip(*columns, strict=True)
        ]
        return _WORDING[template].format(
            name=text(facts, "name"), equations=listed(equations), letters=listed(texts(facts, "letters"))
        )

    def solve(self, facts: Facts) -> str:
        """The unknowns in the order asked, separated by a comma and a space."""
        return ", ".join(map(str, integers(facts, "unknowns")))

    def shape(self, facts: Facts) -> tuple[object, ...]:
        """The right sides keep their sign and digits too."""
        return tuple(magnitude(right)[:2] for right in right_sides(facts))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Dividing without removing the offset, less a constant or a middling offset, and a uniform guess."""

        def divided(problem: Problem, less: int) -> str:
            pairs = zip(right_sides(problem.facts), integers(problem.facts, "factors"), strict=True)
            return ", ".join(str(right // factor - less) for right, factor in pairs)

        def middling(problem: Problem) -> str:
            low, high = _RANGES[problem.level][3]
            columns = (
                right_sides(problem.facts),
                integers(problem.facts, "factors"),
                integers(problem.facts, "offsets"),
            )
            return ", ".join(
                str(round(Fraction(2 * right - (low + high if offset > 0 else -low - high), 2 * factor)))
                for right, factor, offset in zip(*columns, strict=True)
            )

        def uniform(problem: Problem) -> str:
            count, _, unknowns, _ = _RANGES[problem.level]
            return ", ".join(str(stream.between(*unknowns)) for _ in range(count))

        return {
            "divide": lambda problem: divided(problem, 0),
            "divide-less-1": lambda problem: divided(problem, 1),
            "divide-less-2": lambda problem: divided(problem, 2),
            "middling-offset": middling,
            "uniform": uniform,
        }


def _alike(stream: Stream, number: int, span: tuple[int, int]) -> int:
    while not span[0] <= (made := alike(stream, number)) <= span[1]:
        pass
    return made
