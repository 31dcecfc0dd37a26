"""A word problem as a program: which number of the question goes where, and which must stay what it is.

Whatever is not certain ends in no program: a twin with another meaning would look like a model that was taught.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from certify.check.annotated.expressions import evaluate, number, steps_of

VERSION = 1
"""Raised whenever another program could be read from an item."""

_NUMBER = re.compile(r"\d[\d,]*")
_SOLID = re.compile(r"(?<![\w.,/:'-])(?P<sign>\$?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?![\w/:'-]|[.,]\d|\s*/|\s*:)")
_WORDS = {
    "half": 2, "halves": 2, "twice": 2, "double": 2, "doubled": 2, "doubles": 2, "both": 2, "pair": 2, "pairs": 2,
    "couple": 2, "two": 2, "thrice": 3, "triple": 3, "tripled": 3, "third": 3, "thirds": 3, "three": 3, "quarter": 4,
    "quarters": 4, "fourth": 4, "four": 4, "quadruple": 4, "fifth": 5, "five": 5, "six": 6, "sixth": 6, "week": 7,
    "weeks": 7, "weekly": 7, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12,
    "dozens": 12, "year": 12, "years": 12, "yearly": 12, "feet": 12, "foot": 12, "fifteen": 15, "twenty": 20,
    "day": 24, "days": 24, "daily": 24, "thirty": 30, "month": 30, "hour": 60, "hours": 60, "minute": 60,
    "minutes": 60, "one": 1, "once": 1, "each": 1, "%": 100, "percent": 100, "cents": 100, "cent": 100,
}  # fmt: skip
"""Word of the question to the constant it explains."""
_WORLD = re.compile(
    r"\s*-?\s*(?:%|percent|weekends?|dozens?|legs?|eyes?|wheels?|arms?|sides?|feet|foot|inch(?:es)?|yards?|"
    r"a\.?m|p\.?m|o'clock|th\b|st\b|nd\b|rd\b|fold)",
    re.IGNORECASE,
)
"""Behind a number that the world fixes, or that another number of the text may depend on."""
_TIME = re.compile(r"\s*-?\s*(?:second|minute|hour|day|week|month|year)s?\b", re.IGNORECASE)
_TIMES = re.compile(r"\b(second|minute|hour|dai|day|week|month|year)(?:ly|s)?\b", re.IGNORECASE)
_BEFORE = re.compile(r"(?:\b(?:an?|grade|age|aged|number|no\.?|room|chapter|half|third|quarter)\s*|-)$", re.IGNORECASE)
FEWEST_FREE = 2


class Numeral(NamedTuple):
    """A number of the question."""

    start: int
    """First character of its digits."""
    end: int
    """Behind the last."""
    value: int
    """What it says."""
    free: bool
    """Whether a twin may say another one."""


Operand = tuple[str, int] | Fraction | str
"""``("q", i)`` for a number of the question, ``("r", i)`` for an earlier result, a constant, or an operator."""


class Program(NamedTuple):
    """What to calculate from the numbers of a question."""

    question: str
    """As published."""
    numerals: tuple[Numeral, ...]
    """Its numbers, in order."""
    steps: tuple[tuple[Operand, ...], ...]
    """Calculations in postfix order; the last gives the answer."""
    results: tuple[int, ...]
    """What they come to in the published item."""

    def run(self, values: tuple[int, ...]) -> tuple[int, ...] | None:
        """The results for other numbers; None unless every one is a positive integer."""
        found: list[int] = []
        for step in self.steps:
            value = evaluate([_filled(token, values, found) for token in step])
            if value is None or value.denominator != 1 or value <= 0:
                return None
            found.append(int(value))
        return tuple(found)


@lru_cache(maxsize=16384)
def program_of(question: str, solution: str, gold: str) -> Program | None:
    """The program behind an item; None where any number's part in it is not certain.

    Args:
        question: the problem.
        solution: worked, with its calculations annotated.
        gold: the final answer.
    """
    steps, numerals, answer = steps_of(solution), _numerals(question), number(gold)
    if not steps or numerals is None or answer is None or steps[-1].value != answer:
        return None
    if sum(numeral.free for numeral in numerals) < FEWEST_FREE:
        return None
    values = [numeral.value for numeral in numerals]
    explained = {_WORDS[word] for word in re.findall(r"[a-z]+|%", question.lower()) if word in _WORDS}
    results, bound = list[Fraction](), list[tuple[Operand, ...]]()
    for step in steps:
        operands = [_bound(token, values, results, explained) for token in step.tokens]
        if any(operand is None for operand in operands) or step.value in (*values, *results):
            return None
        bound.append(tuple(operand for operand in operands if operand is not None))
        results.append(step.value)
    used = {operand[1] for step_ in bound for operand in step_ if isinstance(operand, tuple) and operand[0] == "q"}
    if used != set(range(len(numerals))) or not _all_results_used(bound):
        return None
    program = Program(question, numerals, tuple(bound), tuple(int(value) for value in results))
    return program if program.run(tuple(values)) == program.results else None


def _numerals(question: str) -> tuple[Numeral, ...] | None:
    """The numbers of a question; None where one is no plain integer, or two are alike."""
    if re.search(r"\d\s*/\s*\d|\d\.\d|\d:\d|\d\s+\d", question):
        return None
    solid = list(_SOLID.finditer(question))
    if [found["digits"] for found in solid] != [text.rstrip(",") for text in _NUMBER.findall(question)]:
        return None
    found = tuple(_numeral(question, one) for one in solid)
    values = [one.value for one in found]
    return found if len(set(values)) == len(values) and all(values) else None


def _numeral(question: str, found: re.Match[str]) -> Numeral:
    value = int(found["digits"].replace(",", ""))
    year = len(found["digits"]) == 4 and found["digits"][:2] in ("18", "19", "20") and not found["sign"]
    frozen = value == 1 or year or _WORLD.match(question, found.end("digits")) is not None
    if _TIME.match(question, found.end("digits")) is not None:
        frozen = frozen or len({unit.lower() for unit in _TIMES.findall(question)}) > 1
    frozen = frozen or _BEFORE.search(question[: found.start()]) is not None
    return Numeral(found.start("digits"), found.end("digits"), value, not frozen)


def _bound(token: Fraction | str, values: list[int], results: list[Fraction], explained: set[int]) -> Operand | None:
    """What a token of a published calculation stands for; None where that is unknown or ambiguous."""
    if isinstance(token, str):
        return token
    meanings: list[Operand] = [("q", place) for place, value in enumerate(values) if value == token]
    meanings += [("r", place) for place, value in enumerate(results) if value == token]
    if token in explained or token == 1:
        meanings.append(token)
    return meanings[0] if len(meanings) == 1 else None


def _all_results_used(steps: list[tuple[Operand, ...]]) -> bool:
    """Whether every result but the last goes into a later one: a side calculation may mean anything."""
    used = {operand[1] for step in steps for operand in step if isinstance(operand, tuple) and operand[0] == "r"}
    return used == set(range(len(steps) - 1))


def _filled(token: Operand, values: tuple[int, ...], results: list[int]) -> Fraction | str:
    if isinstance(token, tuple):
        return Fraction(values[token[1]] if token[0] == "q" else results[token[1]])
    return token
