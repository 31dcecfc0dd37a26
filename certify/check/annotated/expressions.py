"""Calculations as published in a solution, read without ever running them as code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

ANNOTATION = re.compile(r"<<([^<>=]{1,200})=([^<>=]{1,40})>>")
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+|[-+*/()%])")
_ORDER = {"+": 1, "-": 1, "*": 2, "/": 2}
_APPLY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


class Step(NamedTuple):
    """One calculation in postfix order."""

    tokens: tuple[Fraction | str, ...]
    """Numbers and operators."""
    value: Fraction
    """What the solution says it comes to."""


def steps_of(solution: str) -> tuple[Step, ...] | None:
    """The calculations of a solution in order; None where one cannot be read."""
    found = []
    for expression, value in ANNOTATION.findall(solution):
        tokens, result = postfix(expression), number(value)
        if tokens is None or result is None:
            return None
        found.append(Step(tokens, result))
    return tuple(found)


def number(text: str) -> Fraction | None:
    """A decimal number, commas and a dollar sign aside; None for anything else."""
    plain = text.strip().lstrip("$").replace(",", "")
    return Fraction(plain) if re.fullmatch(r"-?(?:\d{1,12}(?:\.\d{1,6})?|\.\d{1,6})", plain) else None


def postfix(expression: str) -> tuple[Fraction | str, ...] | None:
    """An expression with its operators behind their operands; None where it is not arithmetic.

    Source: the shunting-yard algorithm of Dijkstra (1961).
    """
    tokens = _tokens(expression.replace(",", "").replace("$", ""))
    if tokens is None:
        return None
    output, waiting = list[Fraction | str](), list[str]()
    for sign in tokens:
        if sign == "(":
            waiting.append(sign)
        elif sign == ")":
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting:
                return None
            waiting.pop()
        elif sign in _ORDER:
            while waiting and waiting[-1] != "(" and _ORDER[waiting[-1]] >= _ORDER[sign]:
                output.append(waiting.pop())
            waiting.append(sign)
        elif sign == "%":
            output += [Fraction(100), "/"]
        else:
            output.append(Fraction(sign))
    while waiting:
        output.append(waiting.pop())
    return tuple(output) if "(" not in output and evaluate(output) is not None else None


def evaluate(tokens: Sequence[Fraction | str]) -> Fraction | None:
    """The value of postfix tokens; None where there is none."""
    stack: list[Fraction] = []
    for one in tokens:
        if isinstance(one, Fraction):
            stack.append(one)
            continue
        if len(stack) < 2 or one not in _APPLY or (one == "/" and not stack[-1]):
            return None
        right, left = stack.pop(), stack.pop()
        stack.append(_APPLY[one](left, right))
    return stack[0] if len(stack) == 1 else None


def _tokens(text: str) -> list[str] | None:
    found, place = [], 0
    stripped = text.rstrip()
    while place < len(stripped):
        match = _TOKEN.match(stripped, place)
        if match is None:
            return None
        found.append(match[1])
        place = match.end()
    return found or None
