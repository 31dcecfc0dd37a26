"""Numbers joined into an expression that gives a target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from certify.check.public.base import PublicFamily, QuestionResponder, plain
from certify.statistics.stream import Stream

_TOKEN = re.compile(r" *(0|[1-9]\d{0,8}(?!\d)|[-+*/()])")
_FRACTION = re.compile(r"\\[dt]?frac ?\{([^{}]*)\} ?\{([^{}]*)\}")
_NESTED = 30
_TOKENS = 200


class Countdown(PublicFamily):
    """Any expression that uses each number once and gives the target exactly; gold is one of them.

    Targets that adding and taking off reach are left out: a running total that is kept near the target finds many.
    """

    id = "countdown"
    version = 2

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The library's solution; None where it does not use the numbers, misses the target, or need not multiply."""
        facts, said = entry["metadata"], self.read(str(entry["answer"]))
        if said is None or _numbers(said) != sorted(facts["numbers"]) or value(said) != facts["target"]:
            return None
        return None if facts["target"] in _signed_sums(facts["numbers"]) else said

    def read(self, answer: str) -> str | None:
        """An expression of whole numbers, ``+ - * /`` and brackets; fractions in LaTeX are written out."""
        text = plain(answer)
        for _ in range(_NESTED):
            if text is None or not _FRACTION.search(text):
                break
            text = _FRACTION.sub(r"((\1)/(\2))", text)
        tokens = _tokens(text or "")
        said = " ".join(tokens)
        return said if tokens and value(said) is not None else None

    def same(self, said: str, gold: str) -> bool:
        """The same numbers, each as often, and the same value, exactly."""
        return _numbers(said) == _numbers(gold) and value(said) == value(gold)

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """All numbers added, or all but the least; each towards the target; with operators drawn by lot."""

        def by_lot(question: str) -> str:
            first, *others = _given(question)
            return first + "".join(stream.choice("+-*/") + other for other in others)

        return {
            "adds": lambda question: "+".join(_given(question)),
            "least-taken-off": _least_taken_off,
            "towards-the-target": _towards_the_target,
            "by-lot": by_lot,
        }


def value(expression: str) -> Fraction | None:
    """The value of an expression; None where it has none, or its brackets are nested too deep."""
    tokens = _tokens(expression)
    try:
        found, rest = _sum(tokens, 0, 0)
    except (ValueError, IndexError, ZeroDivisionError):
        return None
    return found if rest == len(tokens) else None


def _sum(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    total, at = _product(tokens, at, depth)
    while at < len(tokens) and tokens[at] in "+-":
        term, after = _product(tokens, at + 1, depth)
        total, at = total + term if tokens[at] == "+" else total - term, after
    return total, at


def _product(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    total, at = _factor(tokens, at, depth)
    while at < len(tokens) and tokens[at] in "*/":
        factor, after = _factor(tokens, at + 1, depth)
        total, at = total * factor if tokens[at] == "*" else total / factor, after
    return total, at


def _factor(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    if depth > _NESTED:
        raise ValueError("nested too deep")
    if tokens[at] in "+-":
        found, after = _factor(tokens, at + 1, depth + 1)
        return found if tokens[at] == "+" else -found, after
    if tokens[at] == "(":
        found, after = _sum(tokens, at + 1, depth + 1)
        if tokens[after] != ")":
            raise ValueError("a bracket stays open")
        return found, after + 1
    return Fraction(int(tokens[at])), at + 1


def _tokens(text: str) -> list[str]:
    """The tokens of a text; none where it holds anything else, or too many."""
    found, at = list[str](), 0
    while at < len(text) and len(found) <= _TOKENS:
        token = _TOKEN.match(text, at)
        if token is None:
            return []
        found.append(token[1])
        at = token.end()
    return found if at == len(text) else []


def _numbers(expression: str) -> list[int]:
    return sorted(int(token) for token in _tokens(expression) if token.isdigit())


def _signed_sums(numbers: Sequence[int]) -> set[int]:
    """Every total of the numbers, each with either sign."""
    totals = {0}
    for number in numbers:
        totals = {total + signed for total in totals for signed in (number, -number)}
    return totals


def _least_taken_off(question: str) -> str:
    least, *others = sorted(_given(question), key=int)
    return "+".join(others) + f"-{least}"


def _towards_the_target(question: str) -> str:
    """Each number in its turn is added below the target and taken off above it."""
    said, *others = _given(question)
    total = int(said)
    for other in others:
        sign = "+" if total < _target(question) else "-"
        total, said = total + int(sign + other), said + sign + other
    return said


def _target(question: str) -> int:
    """The number beside the list, before the instructions; nought where there is none."""
    found = re.search(r"\d+", question.partition("\n\n")[0].replace(", ".join(_given(question)), ""))
    return int(found[0]) if found else 0


def _given(question: str) -> list[str]:
    """The numbers of a question: the longest list in it."""
    lists = re.findall(r"\d+(?:, \d+)+", question)
    return max(lists, key=len).split(", ") if lists else ["0"]
