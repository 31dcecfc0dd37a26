"""Truth values of small expressions."""

from __future__ import annotations

from certify.check.families.base import Facts, Problem, Responder, WordsAnswer
from certify.check.families.lexicon import NAMES, integers, listed, text, texts
from certify.statistics.stream import Stream

_LETTERS = "cdfghjkmnprstvwxyz"
_FIRST_LETTERS = "prst"
_SIZES = {1: (4, 5, 2), 2: (6, 8, 3), 3: (8, 12, 4)}
# "xor" twice: half of the operators cannot be guessed from one operand.
_OPERATORS = ("and", "or", "xor", "xor")
# Both values of an operator, and each operand alone, say as little as possible about the result.
_OPERANDS = {"and": ("11", "10", "01"), "or": ("00", "10", "01"), "xor": ("00", "01", "10", "11")}
_WORDING = {
    "if": "If {values}, what is the value of {expressions}?",
    "given": "{name} knows that {values}. Say true or false for each of {expressions}.",
    "let": "Given that {values}, evaluate {expressions}.",
}


def apply(operator: str, left: int, right: int) -> int:
    """The truth value, 0 or 1, of two operands."""
    return {"and": left & right, "or": left | right, "xor": left ^ right}[operator]


def expressions(facts: Facts) -> list[list[str]]:
    """Every expression as literal, operator, literal, ...; a literal is `p` or `not p`."""
    return [entry.split("|") for entry in texts(facts, "expressions")]


def truth(facts: Facts, literal: str) -> int:
    """The truth value, 0 or 1, of `p` or `not p`."""
    values = dict(zip(texts(facts, "letters"), integers(facts, "values"), strict=True))
    return values[literal.removeprefix("not ")] ^ int(literal.startswith("not "))


def value(facts: Facts, expression: list[str]) -> int:
    """The truth value of an expression, operators applied from left to right."""
    result = truth(facts, expression[0])
    for operator, literal in zip(expression[1::2], expression[2::2], strict=True):
        result = apply(operator, result, truth(facts, literal))
    return result


def say(truth_value: int) -> str:
    """`true` or `false`."""
    return "true" if truth_value else "false"


class Boolean(WordsAnswer):
    """Five expressions of two operands over p, r, s, t; eight of three over six letters; twelve of four over eight."""

    id = "boolean"
    title = "Truth values of logical expressions"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Letters, their truth values, and expressions over them."""
        letter_count, count, operands = _SIZES[level]
        letters = self.letters(stream, level, letter_count)
        values = [stream.below(2) for _ in letters]
        patterns = [expression[1::2] for expression in expressions(like)] if like else []
        if not like:
            patterns = [[stream.choice(_OPERATORS) for _ in range(operands - 1)] for _ in range(count)]
        known = dict(zip(letters, values, strict=True))
        made = ["|".join(_expression(stream, known, pattern)) for pattern in patterns]
        return {"letters": letters, "values": values, "expressions": made, "name": stream.choice(NAMES)}

    def letters(self, stream: Stream, level: int, count: int) -> list[str]:
        """The letters that stand for truth values: always the same four in level 1, drawn in the others."""
        return list(_FIRST_LETTERS) if level == 1 else stream.sample(_LETTERS, count)

    def ask(self, facts: Facts, template: str) -> str:
        """The truth values, then the numbered expressions, with brackets where there are several operators."""
        pairs = zip(texts(facts, "letters"), integers(facts, "values"), strict=True)
        return _WORDING[template].format(
            name=text(facts, "name"),
            values=listed([f"{letter} is {say(held)}" for letter, held in pairs]),
            expressions="; ".join(
                f"{number}: {_written(expression)}" for number, expression in enumerate(expressions(facts), start=1)
            ),
        )

    def solve(self, facts: Facts) -> str:
        """`true` or `false` for every expression, separated by a comma and a space."""
        return ", ".join(say(value(facts, expression)) for expression in expressions(facts))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """The value of the first or last literal, the value each operator favours, and coin flips."""

        def answer(problem: Problem, guess: dict[str, int]) -> str:
            return ", ".join(
                say(guess[expression[-2]] if expression[-2] in guess else truth(problem.facts, expression[0]))
                for expression in expressions(problem.facts)
            )

        def literal(problem: Problem, position: int) -> str:
            return ", ".join(say(truth(problem.facts, each[position])) for each in expressions(problem.facts))

        return {
            "first-literal": lambda problem: literal(problem, 0),
            "last-literal": lambda problem: literal(problem, -1),
            "operator": lambda problem: answer(problem, {"and": 0, "or": 1, "xor": 1}),
            "operator-or-literal": lambda problem: answer(problem, {"and": 0, "or": 1}),
            "coins": lambda problem: ", ".join(say(stream.below(2)) for _ in expressions(problem.facts)),
        }


def _expression(stream: Stream, known: dict[str, int], pattern: list[str]) -> list[str]:
    letters = stream.sample(list(known), len(pattern) + 1)
    wanted = [int(bit) for bit in stream.choice(_OPERANDS[pattern[0]])] + [stream.below(2) for _ in pattern[1:]]
    literals = [
        letter if known[letter] == bit else f"not {letter}" for letter, bit in zip(letters, wanted, strict=True)
    ]
    made = [literals[0]]
    for operator, literal in zip(pattern, literals[1:], strict=True):
        made += [operator, literal]
    return made


def _written(expression: list[str]) -> str:
    said = " ".join(expression[:3])
    for operator, literal in zip(expression[3::2], expression[4::2], strict=True):
        said = f"({said}) {operator} {literal}"
    return said
