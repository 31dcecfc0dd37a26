"""Chains of arithmetic on a counter that wraps around."""

from __future__ import annotations

from certify.check.families.base import Facts, IntegersAnswer, Problem, Responder
from certify.check.families.lexicon import NAMES, integer, integers, text, texts
from certify.statistics.stream import Stream

_SIZES = {1: (3, 4, 10), 2: (8, 8, 97), 3: (16, 16, 997)}
_SAY = {"*": "multiply by", "+": "add", "-": "subtract"}
_WORDING = {
    "work": "Work modulo {modulus}. Start at {start}, then {steps}. Give the value after every step.",
    "dial": "A dial counts modulo {modulus} and shows {start}. {name} makes it {steps}. "
    "What does it show after each step?",
    "from": "From {start}, {steps}, always modulo {modulus}. List all results in order.",
}


def trace(facts: Facts) -> list[int]:
    """The value after every step, each on [0, modulus)."""
    modulus, value = integer(facts, "modulus"), integer(facts, "start")
    values = []
    for operation, operand in zip(texts(facts, "operations"), integers(facts, "operands"), strict=True):
        value = {"*": value * operand, "+": value + operand, "-": value - operand}[operation] % modulus
        values.append(value)
    return values


class Modular(IntegersAnswer):
    """Three or four steps modulo 10, eight modulo 97, sixteen modulo 997; every result is asked for."""

    id = "modular"
    title = "Chains of modular arithmetic"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Modulus, start, operations and operands of at least 2."""
        fewest, most, modulus = _SIZES[level]
        if like is None:
            operations = [stream.choice("*+-") for _ in range(stream.between(fewest, most))]
        else:
            operations = texts(like, "operations")
        return {
            "modulus": modulus,
            "start": stream.below(modulus),
            "operations": operations,
            "operands": [stream.between(2, modulus - 1) for _ in operations],
            "name": stream.choice(NAMES),
        }

    def ask(self, facts: Facts, template: str) -> str:
        """The start and the steps in order."""
        pairs = zip(texts(facts, "operations"), integers(facts, "operands"), strict=True)
        return _WORDING[template].format(
            modulus=integer(facts, "modulus"),
            start=integer(facts, "start"),
            steps=", ".join(f"{_SAY[operation]} {operand}" for operation, operand in pairs),
            name=text(facts, "name"),
        )

    def solve(self, facts: Facts) -> str:
        """All results, separated by a comma and a space."""
        return ", ".join(map(str, trace(facts)))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Zeros, the operands themselves, and uniform results."""

        def uniform(problem: Problem) -> str:
            modulus, steps = integer(problem.facts, "modulus"), integers(problem.facts, "operands")
            return ", ".join(str(stream.below(modulus)) for _ in steps)

        return {
            "zeros": lambda problem: ", ".join("0" for _ in integers(problem.facts, "operands")),
            "operands": lambda problem: ", ".join(map(str, integers(problem.facts, "operands"))),
            "uniform": uniform,
        }
