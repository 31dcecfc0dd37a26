"""Twins of a word problem: other numbers of the same size in the same words, worked out by the same program."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from certify.check.annotated.programs import Program
from certify.statistics.stream import Stream

VERSION = 1
"""Raised whenever another twin could be drawn."""

_WRITTEN = r"(\d[\d,]{0,14})"
"""A number of a question."""

TRIES = 1000
"""Draws for one twin."""

FEWEST_TWINS = 5
"""An item with fewer distinct twins is left out: they could be learned by heart."""

_TRIAL = hashlib.sha256(b"certify/check/annotated/supply/v1").digest()


class Twin(NamedTuple):
    """A problem of the same form."""

    question: str
    """Its text: the published one but for the numbers."""
    gold: str
    """Its answer."""
    values: tuple[int, ...]
    """Its numbers."""


def draw_twin(program: Program, stream: Stream) -> Twin | None:
    """A twin, or None where none is found in ``TRIES`` draws.

    Every number and every intermediate result keeps its digits and its zeros at the end; the order by size of the
    question's numbers stays, that of the results too, and so does how many are equal. So a twin is neither longer nor
    rounder than its item, and no division that came out even leaves a rest.
    """
    old = tuple(numeral.value for numeral in program.numerals)
    shape = _shape(old, program.results)
    for _ in range(TRIES):
        values = tuple(_drawn(one.value, stream) if one.free else one.value for one in program.numerals)
        if any(one.free and new == one.value for one, new in zip(program.numerals, values, strict=True)):
            continue
        results = program.run(values)
        if results is not None and results[-1] != program.results[-1] and _shape(values, results) == shape:
            return Twin(_rendered(program, values), str(results[-1]), values)
    return None


@lru_cache(maxsize=16384)
def has_twins(program: Program) -> bool:
    """Whether at least ``FEWEST_TWINS`` distinct twins turn up in four times as many draws; the same for every seed."""
    stream, found = Stream(_TRIAL, program.question), set[tuple[int, ...]]()
    for _ in range(4 * FEWEST_TWINS):
        twin = draw_twin(program, stream)
        if twin is None:
            return False
        found.add(twin.values)
        if len(found) == FEWEST_TWINS:
            return True
    return False


def recomputed(program: Program, question: str) -> str | None:
    """The answer to the published question with other numbers in it; None where a question is not that.

    Args:
        program: of the published item.
        question: untrusted text.
    """
    parts, place = list[str](), 0
    for numeral in program.numerals:
        parts.append(re.escape(program.question[place : numeral.start]))
        place = numeral.end
    found = re.fullmatch(_WRITTEN.join((*parts, re.escape(program.question[place:]))), question)
    if found is None:
        return None
    values = tuple(int(written.replace(",", "")) for written in found.groups())
    results = program.run(values) if _rendered(program, values) == question else None
    return None if results is None else str(results[-1])


def _drawn(value: int, stream: Stream) -> int:
    """A number with as many digits and zeros at the end, small ones likelier, as they are in print.

    Source: chances in proportion to 1/n within a digit class, as in Benford's law.
    """
    zeros = _zeros(value)
    digits = len(str(value)) - zeros
    least = 2 if digits == 1 and not zeros else 10 ** (digits - 1)
    while True:
        number = stream.between(least, 10**digits - 1)
        if number % 10 and stream.below(number) < least:
            return int(number * 10**zeros)


def _shape(values: tuple[int, ...], results: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
    """Digits, zeros at the end and rank of each number of the question, and of each result; and how many differ."""
    return (*_ranked(values), *_ranked(results), (len({*values, *results}), 0, 0))


def _ranked(numbers: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
    ranks = {number: rank for rank, number in enumerate(sorted(set(numbers)))}
    return tuple((len(str(number)), _zeros(number), ranks[number]) for number in numbers)


def _zeros(value: int) -> int:
    return len(str(value)) - len(str(value).rstrip("0"))


def _rendered(program: Program, values: tuple[int, ...]) -> str:
    """The question with other numbers, each written as the old one was."""
    parts, place = [], 0
    for numeral, value in zip(program.numerals, values, strict=True):
        written = program.question[numeral.start : numeral.end]
        parts += [program.question[place : numeral.start], f"{value:,}" if "," in written else str(value)]
        place = numeral.end
    return "".join((*parts, program.question[place:]))
