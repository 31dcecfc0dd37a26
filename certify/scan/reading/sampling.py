"""A part of the corpus that shows how common each word is, the same whoever reads it and in whatever order."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence

from certify.scan.blocks import Block
from certify.scan.reading.held import WINDOW, HeldData
from certify.scan.reading.lines import json_lines
from certify.scan.reading.losses import Damage, Job
from certify.scan.reading.reader import RETRIES, documents, open_shard
from certify.scan.reading.stored import Stored, open_stored
from certify.scan.reading.whole import text_document
from certify.scan.shards import Shard

BUDGET = 32 << 20
"""Bytes of the corpus, as stored, that are enough to learn from."""

_LINES = (".jsonl", ".ndjson")
_TEXTS = (".txt", ".md")


def sample_blocks(
    sources: Sequence[Shard | HeldData], budget: int = BUDGET, *, text_field: str | None = None
) -> Iterator[Block]:
    """Text of about ``budget`` bytes of the corpus: all of it where it is no larger, else windows spread evenly.

    What is chosen follows from names, sizes and bytes of the shards alone. Rows count from 0 in each window, and what
    cannot be read is left out: the scan itself will name it. Of a compressed shard its beginning is taken, and of a
    stream that a program holds as well. Data at hand has a budget of its own.

    Args:
        sources: shards in any order, and data at hand.
        budget: bytes as stored.
        text_field: as in the reader.

    Raises:
        UsageError: CERT-E035, a package is not installed; CERT-E029, something at hand is no data.
    """
    at_hand = [source for source in sources if isinstance(source, HeldData)]
    for source in at_hand:
        yield from _held(source, budget // len(at_hand), text_field)
    ordered = sorted((source for source in sources if isinstance(source, Shard)), key=lambda shard: shard.name)
    sizes = [_size(shard) for shard in ordered]
    if sum(sizes) <= budget:
        for shard in ordered:
            yield from open_shard(shard, text_field=text_field).blocks()
        return
    for shard, size, places in zip(ordered, sizes, _places(sizes, budget), strict=True):
        if places:
            yield from _windows(shard, size, places, text_field)


def _held(source: HeldData, budget: int, text_field: str | None) -> Iterator[Block]:
    from certify.scan.reading.tables import held

    try:
        yield from held(source.some(budget), Job(source.name, text_field))
    except Damage:
        return


def _size(shard: Shard) -> int:
    if shard.size is not None:
        return shard.size
    try:
        return shard.path.lstat().st_size
    except OSError:
        return 0


def _places(sizes: list[int], budget: int) -> list[list[int]]:
    """For each shard where its windows begin: evenly in all shards laid end to end."""
    total, count = sum(sizes), max(1, budget // WINDOW)
    found: list[list[int]] = [[] for _ in sizes]
    shard, before = 0, 0
    for number in range(count):
        place = (2 * number + 1) * total // (2 * count)
        while place >= before + sizes[shard]:
            before += sizes[shard]
            shard += 1
        found[shard].append(place - before)
    return found


def _windows(shard: Shard, size: int, places: list[int], text_field: str | None) -> Iterator[Block]:
    name, job = shard.path.name.lower(), Job(shard.name, text_field)
    try:
        stored = open_stored(shard, RETRIES)
    except Damage:
        return
    try:
        if name.endswith(_LINES):
            for place in places:
                yield from json_lines(_Bytes(_lines_at(stored, place)), job, plain=False)
        elif name.endswith(_TEXTS):
            for place in places:
                yield from text_document(_Bytes(_text_at(stored, place)), job, plain=False, size=size)
        elif name.endswith(".parquet"):
            yield from _row_groups(stored, job, size, places)
        else:
            yield from _beginning(documents(stored, name, job), len(places) * WINDOW)
    except Damage:
        return
    finally:
        stored.close()


def _beginning(blocks: Iterator[Block], limit: int) -> Iterator[Block]:
    taken = 0
    for block in blocks:
        yield block
        taken += int(block.starts[-1])
        if taken >= limit:
            return


def _lines_at(stored: Stored, place: int) -> bytes:
    """The whole lines in a window; the first may have begun before it, unless it is the file's first."""
    data = stored.window(place, place + WINDOW)
    first = data.find(b"\n") + 1 if place else 0
    last = data.rfind(b"\n") + 1
    return data[first:last]


def _text_at(stored: Stored, place: int) -> bytes:
    """The whole characters in a window."""
    data = stored.window(place, place + WINDOW)
    return data.decode("utf-8", "ignore").encode()


def _row_groups(stored: Stored, job: Job, size: int, places: list[int]) -> Iterator[Block]:
    """The beginning of each row group in which a window falls, were all of one size."""
    from certify.scan.reading.tables import group_count, row_group_blocks

    count = group_count(stored)
    windows = Counter(min(count - 1, place * count // size) for place in places) if count else {}
    for number in sorted(windows):
        blocks = row_group_blocks(stored, job, number)
        yield from _beginning(blocks, windows[number] * WINDOW)


class _Bytes:
    """Bytes at hand, as a source."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def readinto(self, view: memoryview) -> int:
        return self._stream.readinto(view)
