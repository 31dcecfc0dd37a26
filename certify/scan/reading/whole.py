"""Shards that are no lines: JSON files, turned into lines, and text files, which are one document each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from certify.scan.blocks import Block
from certify.scan.reading.cutting import document_blocks
from certify.scan.reading.lines import CHUNK, Source, fill
from certify.scan.reading.losses import Damage, Job

_NOT_UTF8 = "not UTF-8 text from byte {:,} on"


class JsonAsLines:
    """A JSON file as JSON Lines: each element of a list, or each value that stands alone, becomes a line.

    A byte stays a byte: line feeds inside a value become spaces, the list's own commas and brackets line feeds.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._state: Any = None

    def readinto(self, view: memoryview) -> int:
        """The next bytes, turned."""
        from certify.scan.kernel.json_lines import STATE, turn

        count = self._source.readinto(view)
        if self._state is None:
            self._state = np.zeros(STATE, np.int64)
        turn(np.frombuffer(view, np.uint8), count, self._state)
        return count


def text_document(source: Source, job: Job, *, plain: bool, size: int) -> Iterator[Block]:
    """The one document of a text file, a part at a time.

    Args:
        source: its bytes.
        job: takes the count, and what could not be read.
        plain: whether bytes of the source are bytes of the shard as it is stored.
        size: bytes of the shard as it is stored.

    Raises:
        Damage: the source breaks off.
    """
    from certify.scan.kernel.utf8 import valid_until

    if job.text_field is not None:
        job.lack(0, size)
        return
    kept, checked, base, ended = np.empty(0, np.uint8), 0, 0, False
    damage: Damage | None = None
    while not ended:
        part = np.empty(len(kept) + CHUNK, np.uint8)
        part[: len(kept)] = kept
        filled, ended, damage = fill(source, part, len(kept))
        checked = int(valid_until(part, checked, filled))
        if filled - checked >= 4 or (ended and damage is None and checked < filled):
            job.lose(0, size - base - checked if plain else 0, _NOT_UTF8.format(base + checked))
            ended = True
        job.documents = 1 if base + checked else job.documents
        blocks, done = document_blocks(part[:checked], 0, base, last=ended)
        yield from blocks
        kept, checked, base = part[done:filled], checked - done, base + done
    if damage is not None:
        raise damage
