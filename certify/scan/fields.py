"""Finding the text in a record whose layout nobody declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TELLING_KEY = 4
"""Words from which the name of a column is text that a model may have learnt."""
_TEXT_FIELDS = ("text", "content", "messages", "conversations", "prompt", "question", "problem")


class Repeated(dict[str, Any]):
    """An object in which a key stands more than once: ``items`` gives every pair, a look-up the last."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self._pairs = tuple(pairs)
        super().__init__(self._pairs)

    def items(self) -> Any:
        """Every pair, in its order."""
        return self._pairs


def record_of(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object out of its pairs, none of which is lost where a key repeats: one value could hide the other."""
    pairs = tuple(pairs)
    record = dict(pairs)
    return record if len(record) == len(pairs) else Repeated(pairs)


def lookup(record: Any, dotted: str) -> Any:
    """The value at ``a.b.c`` in nested mappings; None when there is none."""
    value = record
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def values_at(record: Any, dotted: str) -> list[Any]:
    """Every value at ``a.b.c`` in nested mappings: none where it is missing, several where a key repeats."""
    found = [record]
    for part in dotted.split("."):
        found = [value for each in found if isinstance(each, Mapping) for key, value in each.items() if key == part]
    return found


def flatten(value: Any) -> Iterator[str]:
    """Every string inside ``value`` in its order, keys of several words and bytes that are UTF-8 included."""
    waiting = [iter((value,))]
    while waiting:
        for part in waiting[-1]:
            if isinstance(part, str):
                yield part
            elif isinstance(part, bytes):
                yield from _decoded(part)
            elif isinstance(part, Mapping):
                waiting.append(_inside(part.items()))
                break
            elif isinstance(part, list | tuple):
                waiting.append(iter(part))
                break
        else:
            waiting.pop()


def _decoded(data: bytes) -> Iterator[str]:
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        return


def _inside(pairs: Iterable[tuple[Any, Any]]) -> Iterator[Any]:
    for key, part in pairs:
        if is_telling(str(key)):
            yield str(key)
        yield part


def is_telling(key: str) -> bool:
    """Whether the name of a column is itself text."""
    return len(key) >= 2 * TELLING_KEY - 1 and len(key.split()) >= TELLING_KEY


def document_text(record: Any) -> str:
    """All text of a record: its main column first, then every other string, one a line.

    Nothing is left out, because a copy hidden in a side column was trained on as well.
    """
    if isinstance(record, Mapping):
        main = next((name for name in _TEXT_FIELDS if record.get(name)), None)
        if main is not None:
            first = [value for name, value in record.items() if name == main]
            rest = Repeated((name, value) for name, value in record.items() if name != main)
            return "\n".join((*flatten(first), *flatten(rest)))
    return "\n".join(flatten(record))
