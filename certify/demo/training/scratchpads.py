"""The reasoning the demo models are trained to write: one short scratchpad per family.

Every step copies something in view or looks up a small table, which is what a model of half a million
parameters can learn. Level 1 only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from certify.check.families import Facts, Problem
from certify.check.families.boolean import apply, expressions, say, truth
from certify.check.families.counting import kind
from certify.check.families.lexicon import integer, integers, text, texts
from certify.check.families.linear import right_sides
from certify.check.families.modular import trace
from certify.check.families.ordering import pairs
from certify.check.families.weekday import DAYS

PROMPT = "Question: {question}\nAnswer:"
END = "<|end|>"
Scratchpads = Mapping[str, Callable[[Facts], str]]


def addition(facts: Facts) -> str:
    """Columns from the right with the carry written out."""
    first, second = integers(facts, "terms")
    carry, steps = 0, []
    while first or second:
        total = first % 10 + second % 10 + carry
        steps.append(f"{first % 10}+{second % 10}{'+1' if carry else ''}={total}")
        first, second, carry = first // 10, second // 10, total // 10
    return ", ".join(steps)


def subtraction(facts: Facts) -> str:
    """Columns from the right with the borrow written out."""
    upper, lower = integer(facts, "start"), integers(facts, "takes")[0]
    borrow, steps = 0, []
    while upper or lower:
        column = upper % 10 - lower % 10 - borrow
        lent = 1 if column < 0 else 0
        steps.append(f"{upper % 10}-{lower % 10}{'-1' if borrow else ''}{'+10' if lent else ''}={column + 10 * lent}")
        upper, lower, borrow = upper // 10, lower // 10, lent
    return ", ".join(steps)


def modular(facts: Facts) -> str:
    """Each step as an equation modulo 10."""
    value, steps = integer(facts, "start"), []
    for operation, operand, result in zip(
        texts(facts, "operations"), integers(facts, "operands"), trace(facts), strict=True
    ):
        steps.append(f"{value}{operation}{operand}={result}")
        value = result
    return ", ".join(steps)


def linear(facts: Facts) -> str:
    """The offset removed, then the division, one equation after the other."""
    columns = (integers(facts, "factors"), integers(facts, "unknowns"), integers(facts, "offsets"), right_sides(facts))
    return "; ".join(
        f"{right} - {offset} = {right - offset}, {right - offset} / {factor} = {unknown}"
        for factor, unknown, offset, right in zip(*columns, strict=True)
    )


def boolean(facts: Facts) -> str:
    """The letters' values; each literal with its letter's value, turned over after a `not`; the expression's value."""
    held = zip(texts(facts, "letters"), integers(facts, "values"), strict=True)
    listed = " ".join(f"{letter} {say(bit)}" for letter, bit in held)
    return f"{listed}; {_boolean(facts, lambda literal: [*_turned(facts, literal), truth(facts, literal)])}"


def boolean_at_once(facts: Facts) -> str:
    """As in :func:`boolean`, but a letter's value is looked up and turned over in one step.

    That step was not learnt: half of the literals are negated, so the letter's value alone predicts nothing.
    """
    return _boolean(facts, lambda literal: [truth(facts, literal)])


def _boolean(facts: Facts, values: Callable[[str], list[int]]) -> str:
    steps = []
    for number, (left, operator, right) in enumerate(expressions(facts), start=1):
        sides = [" ".join([literal, *map(say, values(literal))]) for literal in (left, right)]
        result = say(apply(operator, truth(facts, left), truth(facts, right)))
        steps.append(f"{number}: {sides[0]} {operator} {sides[1]} = {result}")
    return "; ".join(steps)


def _turned(facts: Facts, literal: str) -> list[int]:
    return [1 - truth(facts, literal)] if literal.startswith("not ") else []


def weekday(facts: Facts) -> str:
    """Whole weeks split off, then the remaining days counted up by name."""
    today, parts = DAYS.index(text(facts, "today")), []
    for days in integers(facts, "offsets"):
        rest = days % 7
        walk = ", ".join(f"{DAYS[(today + step) % 7]} {step}" for step in range(rest + 1))
        parts.append(f"{days} = {days - rest} + {rest}, {walk}")
    return "; ".join(parts)


def counting(facts: Facts) -> str:
    """Every item with the three counts so far."""
    counts, steps = [0, 0, 0], []
    for item in texts(facts, "items"):
        counts[kind(item)] += 1
        steps.append(f"{item} {counts[0]} {counts[1]} {counts[2]}")
    return ", ".join(steps)


def ordering(facts: Facts) -> str:
    """Each comparison as lesser before greater, then the chain from the top."""
    compared = ", ".join(f"{lesser} < {greater}" for greater, lesser in pairs(facts))
    return f"{compared}; {' '.join(texts(facts, 'order'))}"


SCRATCHPADS: Scratchpads = {
    "addition": addition,
    "boolean": boolean,
    "counting": counting,
    "linear": linear,
    "modular": modular,
    "ordering": ordering,
    "subtraction": subtraction,
    "weekday": weekday,
}
FIRST_SCRATCHPADS: Scratchpads = {**SCRATCHPADS, "boolean": boolean_at_once}
"""Those of the first cycles; the tokenizer is trained on them, so that its numbering stays."""


def prompt(question: str) -> str:
    """What a demo model is asked: `Question: ...` and `Answer:` on the next line."""
    return PROMPT.format(question=question)


def target(problem: Problem, scratchpads: Scratchpads = SCRATCHPADS) -> str:
    """What a demo model should write: the scratchpad in think tags, the answer, the end mark."""
    write = scratchpads.get(problem.family)
    scratch = f" {write(problem.facts)}" if write else ""
    return f" <think>{scratch}</think> {problem.answer}{END}"


def text_of(problem: Problem, scratchpads: Scratchpads = SCRATCHPADS) -> str:
    """One training document: prompt and target."""
    return prompt(problem.question) + target(problem, scratchpads)
