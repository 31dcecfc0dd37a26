"""The process that draws public problems: ``python -m certify.check.public.worker ORDER.json``.

The library is somebody else's code with a long tail of packages behind it, so it runs without keys and network, with
a fixed hash seed, and ends when its time is over.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from certify.check.public import PUBLIC, PublicItem
from certify.check.public.drawing import DrawnFamily, DrawOrder
from certify.engines.sandbox import limit_memory, refuse_network
from certify.evidence.canonical import sha256_hex

_TRIES_EACH = 200
"""Positions tried for each problem asked; the strictest screen keeps one in twenty."""


def main(arguments: Sequence[str]) -> int:
    """Carries out an order; what went wrong goes to standard error, its last line says why."""
    order = DrawOrder.from_bytes(Path(arguments[0]).read_bytes(), name="the drawing order")
    limit_memory(order.memory_limit)
    refuse_network()
    exclude = frozenset(order.exclude)
    made = [draw(one, exclude) for one in order.families]
    Path(order.drawn).write_text(json.dumps(made), encoding="utf-8")
    return 0


def draw(asked: DrawnFamily, exclude: Collection[str]) -> list[PublicItem]:
    """The problems of one family: the first positions that pass its screen, are not excluded, and are new.

    Raises:
        ValueError: they do not come together within the tries.
    """
    found: dict[str, PublicItem] = {}
    for entry in _entries(asked):
        if len(found) >= asked.count:
            break
        item = _item(asked.family, entry)
        if item is not None and sha256_hex(item.question.encode()) not in exclude:
            found.setdefault(item.question, item)
    if len(found) < asked.count:
        raise ValueError(f"{asked.family} gives {len(found)} of {asked.count} different problems")
    return list(found.values())


def entries_of(family: str, seed: int, size: int) -> Any:
    """The library's data set of a family."""
    from reasoning_gym import create_dataset

    return create_dataset(family, seed=seed, size=size, **PUBLIC[family].settings)


def _entries(asked: DrawnFamily) -> Iterator[Any]:
    """The library's entries, position by position; those it fails to make are passed over."""
    size = _TRIES_EACH * max(1, asked.count)
    dataset = entries_of(asked.family, int(asked.seed), size)
    for position in range(size):
        try:
            yield dataset[position]
        except Exception:  # noqa: S112 - generators give up with exceptions of many kinds
            continue


def _item(family: str, entry: Any) -> PublicItem | None:
    gold = PUBLIC[family].gold(entry)
    text = "\n".join(part for part in (str(entry["question"]).strip(), PUBLIC[family].form) if part)
    return None if gold is None else PublicItem(text, gold)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
