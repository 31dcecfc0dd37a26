"""Answers of puzzles as typed values: an assignment, an order, a set, or "unsolvable". Total on any text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

LONGEST = 4_000
UNSOLVABLE = "unsolvable"

Assignment = dict[str, str]
_WORD = re.compile(r"[a-z]{1,40}")
_VALUE = re.compile(r"[a-z]{1,40}|[0-9]{1,9}")
_PAIR = re.compile(r"\s*([a-z]{1,40})\s*(?:=|:|->)\s*([a-z]{1,40}|[0-9]{1,9})\s*")
_BREAKS = re.compile(r"\s*(?:,|;|->|>|\band\b|\s)\s*")
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'"})


def says_unsolvable(answer: object) -> bool:
    """Whether an answer says that there is no solution, and nothing else."""
    folded = _folded(answer)
    return folded is not None and folded.strip("\"'`$[]{}(). ") == UNSOLVABLE


def assignment(answer: object) -> Assignment | None:
    """Names with a number or word each, or ``None``: a JSON object, or pairs such as ``a = 1, b = 2``."""
    folded = _folded(answer)
    if folded is None:
        return None
    document = _json(folded)
    pairs = list(document.pairs) if isinstance(document, _Object) else _loose_pairs(folded)
    read = [(_text(name), _text(value)) for name, value in pairs]
    if not read or not all(
        name and value and _WORD.fullmatch(name) and _VALUE.fullmatch(value) for name, value in read
    ):
        return None
    found = {name: value.lstrip("0") or "0" for name, value in read if name and value}
    return found if len(found) == len(read) else None


def order(answer: object) -> tuple[str, ...] | None:
    """Names in order, none twice, or ``None``: a JSON list, or names separated by commas, spaces or ``>``."""
    folded = _folded(answer)
    if folded is None:
        return None
    document = _json(folded)
    parts = document if isinstance(document, list) else _BREAKS.split(folded.strip("[](){} ."))
    names = [_text(part) for part in parts]
    if not names or not all(name and _WORD.fullmatch(name) for name in names) or len(set(names)) != len(names):
        return None
    return tuple(name for name in names if name)


def members(answer: object) -> frozenset[str] | None:
    """Names in any order, none twice, or ``None``; written as :func:`order` reads them."""
    found = order(answer)
    return None if found is None or UNSOLVABLE in found else frozenset(found)


def roles(answer: object) -> Assignment | frozenset[str] | None:
    """An assignment, or names in any order."""
    return assignment(answer) or members(answer)


READERS: dict[str, Callable[[object], Any]] = {"assignment": assignment, "order": order, "roles": roles}
"""Kinds of answer, by name."""


def same(kind: str, answer: object, gold: str) -> bool:
    """Whether an answer is the right one, of a kind in :data:`READERS`; never raises because of an answer."""
    if gold == UNSOLVABLE:
        return says_unsolvable(answer)
    found = READERS[kind](answer)
    return found is not None and found == READERS[kind](gold)


def entries_right(answer: object, gold: str) -> tuple[int, int]:
    """How many single entries of an assignment are right, and how many there are."""
    wanted = assignment(gold) or {}
    given = assignment(answer) or {}
    return sum(given.get(name) == value for name, value in wanted.items()), len(wanted)


class _Object:
    """A JSON object with its pairs as written, so that a name given twice is seen."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


def _folded(answer: object) -> str | None:
    if not isinstance(answer, str) or len(answer) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", answer).casefold().translate(_QUOTES)
    return folded.replace("\\{", "{").replace("\\}", "}").replace("\\_", "_").strip().strip("`$").strip()


def _json(folded: str) -> Any:
    try:
        return json.loads(folded, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        return None


def _loose_pairs(folded: str) -> list[tuple[Any, Any]]:
    parts = [part for part in re.split(r"[,;\n]", folded.strip("{}[]() .")) if part.strip()]
    found = [_PAIR.fullmatch(part.replace('"', "").replace("'", "")) for part in parts]
    return [(one[1], one[2]) for one in found if one] if all(found) else []


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip().strip("\"'") if not isinstance(value, int) or abs(value) < 10**9 else None
