"""Which words of a completion are the answer, where right answers are JSON objects or lists."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from certify.check.extraction import MAX_ANSWER, find_answer, last_boxed
from certify.check.puzzles.answers import says_unsolvable

VERSION = 1
"""Raised whenever an answer could be read differently."""

_TRIES = 100
_SAID = re.compile(r"\banswer\s*(?:is|are|:|=)[\s*:=]*(?=[\[{])", re.IGNORECASE)
_OPENING = re.compile(r"[\[{]")


def find_structure(text: str, *, chat: bool, cut_off: bool) -> str | None:
    """The answer in the text outside the reasoning; None where none can be read.

    Tried in this order: the last balanced ``\\boxed{}``; the ``answer`` of the last JSON object that has one; the
    structure right after "answer is" or "answer:"; a single line that says that there is no solution, the last for
    chat models, the first for completion models; the last structure in the text; then what
    :func:`certify.check.extraction.find_answer` reads. A text that was cut off may have meant to go on, so there
    only a box, an ``answer`` or a finished first line counts.

    Args:
        text: see :func:`certify.check.extraction.split_reasoning`.
        chat: the model was asked through its chat template.
        cut_off: the answer ended at the token limit.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if (boxed := last_boxed(folded)) is not None:
        return _short(boxed)
    if (declared := _declared(folded)) is not None:
        return _short(declared)
    if not cut_off:
        lines = [line for line in folded.splitlines() if line.strip()]
        said = [found.end() for found in _SAID.finditer(folded)]
        if said and (structure := _structure_at(folded, said[-1])) is not None:
            return _short(structure)
        if lines and says_unsolvable(lines[-1 if chat else 0]):
            return _short(lines[-1 if chat else 0])
        if (last := _last_structure(folded)) is not None:
            return _short(last)
    return find_answer(text, numeric=False, chat=chat, cut_off=cut_off)


def _declared(text: str) -> str | None:
    """The ``answer`` of the last object that has one, as JSON."""
    for start in _starts(text):
        document = _read(text, start)
        if isinstance(document, dict) and "answer" in document:
            value = document["answer"]
            return value if isinstance(value, str) else json.dumps(value)
    return None


def _last_structure(text: str) -> str | None:
    """The last object or list that stands in no other one."""
    last, end = None, 0
    for start in reversed(_starts(text)):
        if start >= end and (found := _structure_at(text, start)) is not None:
            last, end = found, start + len(found)
    return last


def _structure_at(text: str, start: int) -> str | None:
    """The text of a JSON object or list that begins here, as written."""
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return text[start:end]


def _starts(text: str) -> list[int]:
    return [found.start() for found in _OPENING.finditer(text)][-_TRIES:][::-1]


def _read(text: str, start: int) -> Any:
    found = _structure_at(text, start)
    return None if found is None else json.loads(found)


def _short(found: str) -> str | None:
    plain = " ".join(found.split())
    return plain if 0 < len(plain) <= MAX_ANSWER else None
