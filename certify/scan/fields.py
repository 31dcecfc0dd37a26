"""Finding the text in a record whose layout nobody declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_DEPTH = 32
TELLING_KEY = 4
"""Words from which the name of a column is text that a model may have learnt."""
_TEXT_FIELDS = ("text", "content", "messages", "conversations", "prompt", "question", "problem")


def lookup(record: Any, dotted: str) -> Any:
    """The value at ``a.b.c`` in nested mappings; None when there is none."""
    value = record
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def flatten(value: Any, depth: int = 0) -> Iterator[str]:
    """Every string inside ``value`` in its order, keys of several words included, at most 32 levels down."""
    if isinstance(value, str):
        yield value
    elif depth < MAX_DEPTH and isinstance(value, Mapping):
        for key, part in value.items():
            if len(str(key).split()) >= TELLING_KEY:
                yield str(key)
            yield from flatten(part, depth + 1)
    elif depth < MAX_DEPTH and isinstance(value, list | tuple):
        for part in value:
            yield from flatten(part, depth + 1)


def document_text(record: Any) -> str:
    """All text of a record: its main column first, then every other string, one a line.

    Nothing is left out, because a copy hidden in a side column was trained on as well.
    """
    if isinstance(record, Mapping):
        main = next((name for name in _TEXT_FIELDS if record.get(name)), None)
        if main is not None:
            rest = {name: value for name, value in record.items() if name != main}
            return "\n".join((*flatten(record[main]), *flatten(rest)))
    return "\n".join(flatten(record))
