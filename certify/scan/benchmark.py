"""The benchmark whose problems are looked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from certify.errors import EvidenceMissing, UsageError
from certify.evidence.canonical import canonical_digest
from certify.scan.benchmark_records import read_records
from certify.scan.fields import flatten, lookup
from certify.scan.normalise import words

MINIMUM_WORDS = 7
"""Shorter problems occur by chance and are listed as not judged."""

WORKED_ANSWER = 13
"""Words from which an answer is a text of its own and looked for apart from the question."""

MINIMUM_DISTINCT = 5
"""A problem of fewer different words tells nothing apart."""

_QUESTIONS = ("question", "problem", "prompt", "input", "text")
_ANSWERS = ("answer", "solution", "target", "expected", "reward_model.ground_truth", "output")
_IDS = ("id", "item", "item_id", "uid", "task_id")
_FINAL = re.compile(r"####|</think>|\\boxed\s*\{")
_FEW_ITEMS = 3


class Item(NamedTuple):
    """One problem."""

    id: str
    question: str
    answer: str
    words: tuple[str, ...]
    """Folded words of the question without what all problems of the benchmark share at either end."""
    key: tuple[str, ...]
    """Folded words of the final answer; empty when there is none."""
    worked: tuple[str, ...] = ()
    """Folded words of an answer long enough to be looked for by itself; empty otherwise."""

    @property
    def too_short(self) -> bool:
        """Whether the problem says too little to be told from chance."""
        return len(self.words) < MINIMUM_WORDS or len(set(self.words)) < MINIMUM_DISTINCT


@dataclass(frozen=True)
class Benchmark:
    """A named set of problems."""

    name: str
    items: tuple[Item, ...]
    digest: str
    """SHA-256 (hex) of the canonical JSON list of [id, question, answer]."""

    @classmethod
    def from_items(cls, name: str, rows: Sequence[tuple[str, str, str]]) -> Benchmark:
        """A benchmark from (id, question, answer) rows.

        Raises:
            EvidenceMissing: CERT-E036, no rows.
            UsageError: CERT-E037, an identifier used twice.
        """
        if not rows:
            raise EvidenceMissing("CERT-E036", f"the benchmark {name} has no items", "", "Give a file with problems.")
        if len({identifier for identifier, _, _ in rows}) != len(rows):
            why = "A finding could not say which of the two it means."
            raise UsageError("CERT-E037", f"the benchmark {name} uses an identifier twice", why, "Make them unique.")
        stripped = _without_shared_ends([tuple(words(question)) for _, question, _ in rows])
        items = tuple(
            Item(identifier, question, answer, kept, answer_key(answer), _worked(answer))
            for (identifier, question, answer), kept in zip(rows, stripped, strict=True)
        )
        return cls(name, items, canonical_digest([list(row) for row in rows]))


def load_benchmark(
    path: Path,
    *,
    name: str | None = None,
    question_field: str | None = None,
    answer_field: str | None = None,
    id_field: str | None = None,
) -> Benchmark:
    """The benchmark in a JSON Lines, JSON or Parquet file.

    Args:
        path: the file.
        name: printed name; the file name without its endings when None.
        question_field: dotted column name; when None the first of question, problem, prompt, input, text.
        answer_field: likewise; when None the first of answer, solution, target and the like, which may be absent.
        id_field: likewise; rows without one are numbered from 0.

    Raises:
        EvidenceMissing: CERT-E033, no such file; CERT-E036, no problems in it.
        HostileInput: CERT-E030 or CERT-E038, a row that cannot be read; CERT-E032, no plain file.
        UsageError: CERT-E031 or CERT-E035, a kind of file that cannot be read; CERT-E037, no column with questions, a
            named column missing in a row, or an identifier twice.
    """
    records = read_records(path)
    title = name or path.name.split(".")[0]
    if not records:
        raise EvidenceMissing("CERT-E036", f"{path} holds no problems", "", "Give a file with at least one row.")
    question = question_field or _first_present(records, _QUESTIONS)
    if question is None:
        what = f"{path} has no column with questions"
        raise UsageError("CERT-E037", what, f"None of {', '.join(_QUESTIONS)} is there.", "Name the column.")
    answer = answer_field or _first_present(records, _ANSWERS)
    identifier = id_field or _first_present(records, _IDS)
    rows = []
    for number, record in enumerate(records):
        asked = _text(record, question)
        if not asked and lookup(record, question) is None:
            what = f"{path}, row {number + 1}: there is no column '{question}'"
            raise UsageError("CERT-E037", what, "The problem would go unchecked.", "Name a column every row has.")
        label = _text(record, identifier) if identifier else ""
        rows.append((label or str(number), asked, _text(record, answer) if answer else ""))
    return Benchmark.from_items(title, rows)


def _first_present(records: list[Any], names: tuple[str, ...]) -> str | None:
    columns = set[Any]().union(*(record for record in records if isinstance(record, Mapping)))
    possible = [name for name in names if name.partition(".")[0] in columns]
    return next((name for name in possible if any(_is_filled(record, name) for record in records)), None)


def _is_filled(record: Any, field: str) -> bool:
    return lookup(record, field) not in (None, "", [])


def _text(record: Any, field: str) -> str:
    value = lookup(record, field)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return "\n".join(flatten(value))


def answer_key(answer: str) -> tuple[str, ...]:
    """Words of the final answer: what follows the last ``####``, ``</think>`` or ``\\boxed{``, else all of it."""
    return tuple(words(_FINAL.split(answer)[-1]))


def _worked(answer: str) -> tuple[str, ...]:
    found = tuple(words(answer))
    return found if len(found) >= WORKED_ANSWER and len(set(found)) >= MINIMUM_DISTINCT else ()


def _without_shared_ends(questions: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    # An instruction common to all problems would match every document that quotes it.
    if len(questions) < _FEW_ITEMS:
        return questions
    head = _shared(questions)
    tail = _shared([question[::-1] for question in questions])
    cut = [question[head : len(question) - tail] for question in questions]
    return [kept if len(kept) >= MINIMUM_WORDS else whole for kept, whole in zip(cut, questions, strict=True)]


def _shared(questions: list[tuple[str, ...]]) -> int:
    shortest = min(map(len, questions))
    return next((i for i in range(shortest) if len({q[i] for q in questions}) > 1), shortest)
