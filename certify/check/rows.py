"""Rows of a benchmark file as questions with one final answer each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from certify.check.benchmark_files import text_of, value_at
from certify.check.choices import choices_of, letter_of, with_choices
from certify.check.extraction import last_boxed
from certify.check.families import FAMILIES, Problem
from certify.check.families.answers import integers
from certify.check.families.base import Grammar
from certify.check.knowledge_rows import aliases_of, hops_of
from certify.errors import UsageError

QUESTIONS = ("question", "problem", "prompt", "input", "text")
"""Columns that hold the problem, the first present one is taken."""

ANSWERS = ("answer", "solution", "target", "expected", "reward_model.ground_truth", "output")
"""Columns that hold the answer."""

IDS = ("id", "item", "item_id", "uid", "task_id", "unique_id")
"""Columns that name a row."""

MAX_QUESTION = 100_000
_MATHEMATICS = re.compile(r"\\[a-zA-Z]|\^|\$|^\s*[-+]?\d+(?:\.\d+|\s*/\s*\d+)\s*%?\s*$")
Row = tuple[
    str, str, str, str, str, Problem | None, tuple[str, ...], int | None, int | None, str | None, tuple[str, ...]
]


def read_items(
    documents: Sequence[Any],
    *,
    question: str | None = None,
    answer: str | None = None,
    identifier: str | None = None,
    verifier: str | None = None,
) -> list[Row]:
    """The fields of a BenchmarkItem of every row, in their order.

    Args:
        documents: the rows as :func:`certify.check.benchmark_files.rows_of` gives them.
        question: column with the problem, dotted where it is nested; the first of :data:`QUESTIONS` when absent.
        answer: column with the answer; the first of :data:`ANSWERS` when absent.
        identifier: column that names a row; the first of :data:`IDS` when absent.
        verifier: how answers are compared; when absent ``family:<id>`` for rows of our own families,
            ``choice`` for rows with choices, ``integer`` where the gold answer is one, ``math`` where it is
            mathematics, ``text`` otherwise.

    Raises:
        UsageError: CERT-E100, a row is no problem, or an id is used twice.
    """
    asked, answered = _columns(documents, question, QUESTIONS), _columns(documents, answer, ANSWERS)
    named = [identifier] if identifier else IDS
    rows = [_row(number, document, (asked, answered), named, verifier) for number, document in enumerate(documents)]
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if row[0] in seen:
            raise _bad(f"row {number}: its id is used twice")
        seen.add(row[0])
    return rows


def _columns(documents: Sequence[Any], named: str | None, usual: Sequence[str]) -> str:
    if not documents:
        raise _bad("it holds no problems")
    first = documents[0] if isinstance(documents[0], dict) else {}
    found = named or next((name for name in usual if value_at(first, name) not in (None, "")), None)
    if found is None:
        raise _bad(f"its first row has none of the columns {', '.join(usual)}")
    return found


def _row(number: int, document: Any, columns: tuple[str, str], named: Sequence[str], verifier: str | None) -> Row:
    if not isinstance(document, dict):
        raise _bad(f"row {number + 1} is not an object")
    question, answer = (_text(document, column, number) for column in columns)
    labels = (value_at(document, name) for name in named)
    identifier = next((str(label) for label in labels if isinstance(label, str | int)), str(number))
    if not 0 < len(identifier) <= 200 or len(question) > MAX_QUESTION:
        raise _bad(f"row {number + 1} has an id over 200 or a question over {MAX_QUESTION} characters")
    family = document.get("family")
    if isinstance(family, str) and family in FAMILIES:
        problem = _problem(document, question, answer, number)
        return identifier, question, answer, answer, f"family:{family}", problem, (), None, None, None, ()
    if verifier is None and (choices := choices_of(document)) is not None:
        letter = letter_of(value_at(document, columns[1]), choices)
        if letter is None:
            raise _bad(f"row {number + 1}: its answer is none of its {len(choices)} choices")
        asked = with_choices(question, choices)
        return identifier, asked, answer, letter, "choice", None, (), None, len(choices), question, choices
    gold = final_answer(answer)
    beside = aliases_of(document), hops_of(document)
    return identifier, question, answer, gold, verifier or _verifier_for(gold), None, *beside, None, None, ()


def _verifier_for(gold: str) -> str:
    if _is_integer(gold):
        return "integer"
    return "math" if _MATHEMATICS.search(gold) else "text"


def final_answer(answer: str) -> str:
    """The answer without its solution: after the last ``####``, inside the last ``\\boxed{}``, or all of it.

    Source: ``####`` is GSM8K's convention, ``\\boxed{}`` that of MATH.
    """
    if "####" in answer:
        return answer.rpartition("####")[2].strip()
    boxed = last_boxed(answer)
    return (answer if boxed is None else boxed).strip()


def _is_integer(gold: str) -> bool:
    found = integers(gold, single=True)
    return found is not None and len(found) == 1


def _problem(document: dict[str, Any], question: str, answer: str, number: int) -> Problem | None:
    family = FAMILIES[document["family"]]
    if document.get("version") != family.version:
        return None  # made by another generator: still a question, but without a twin
    told = f"row {number + 1}: its facts do not make this {family.id} problem"
    try:
        facts, template, level = document["facts"], document["template"], document["level"]
        problem = Problem(family.id, family.version, level, question, answer, facts, template)
        same = level in family.levels
        if isinstance(family, Grammar):
            same = same and template in family.templates
            same = same and (family.ask(facts, template), family.solve(facts)) == (question, answer)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
        raise _bad(told) from error
    if not same:
        raise _bad(told)
    return problem


def _text(document: dict[str, Any], column: str, number: int) -> str:
    value = text_of(value_at(document, column))
    if value is None or not value.strip():
        raise _bad(f"row {number + 1} has no text in the column {column}")
    return value


def _bad(what: str) -> UsageError:
    return UsageError("CERT-E100", what)
