"""Putting distinct numbers in increasing order."""

from __future__ import annotations

from certify.check.families.base import Facts, IntegersAnswer, Problem, Responder
from certify.check.families.lexicon import NAMES, alike, integers, of_digits, text
from certify.statistics.stream import Stream

_SIZES = {1: (4, 2), 2: (12, 3), 3: (24, 4)}
_WORDING = {
    "sort": "Sort these numbers from smallest to largest: {numbers}.",
    "cards": "{name} drew the cards {numbers}. Put them in order, smallest first.",
    "arrange": "Arrange {numbers} in increasing order.",
    "line": "{name} wrote {numbers} on the board. List them from low to high.",
}


class Sorting(IntegersAnswer):
    """Four numbers of 2 digits, twelve of 3, twenty-four of 4; never in order to begin with."""

    id = "sorting"
    title = "Sorting whole numbers"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Distinct numbers, redrawn while they happen to be in order."""
        count, digits = _SIZES[level]
        old = integers(like, "numbers") if like else []
        while True:
            numbers = [alike(stream, number) for number in old] or [of_digits(stream, digits) for _ in range(count)]
            if numbers != sorted(numbers) and len(set(numbers)) == len(numbers):
                return {"numbers": numbers, "name": stream.choice(NAMES)}

    def ask(self, facts: Facts, template: str) -> str:
        """The numbers in their drawn order."""
        numbers = ", ".join(map(str, integers(facts, "numbers")))
        return _WORDING[template].format(name=text(facts, "name"), numbers=numbers)

    def solve(self, facts: Facts) -> str:
        """The numbers in increasing order, separated by a comma and a space."""
        return ", ".join(map(str, sorted(integers(facts, "numbers"))))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """The numbers in any order."""

        def shuffled(problem: Problem) -> str:
            numbers = integers(problem.facts, "numbers")
            return ", ".join(map(str, stream.sample(numbers, len(numbers))))

        return {"shuffle": shuffled}

    def partial_solvers(self, stream: Stream) -> dict[str, Responder]:
        """Moving only the least number, or only the least and the greatest."""

        def moved(problem: Problem, ends: int) -> str:
            numbers = integers(problem.facts, "numbers")
            first, last = [min(numbers)], [max(numbers)][: ends - 1]
            between = [number for number in numbers if number not in first + last]
            return ", ".join(map(str, first + between + last))

        return {"least": lambda problem: moved(problem, 1), "least-and-greatest": lambda problem: moved(problem, 2)}
