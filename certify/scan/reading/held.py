"""A table or dataset that a program holds, read as a shard is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from certify.evidence.canonical import sha256_hex
from certify.scan.blocks import Block, Totals
from certify.scan.reading.losses import Damage, Job

WINDOW = 1 << 20
"""Bytes that are looked at in one place, to learn from."""


class HeldData:
    """Data at hand under a name of its own; a stream is read once, and what was looked at beforehand is kept for that.

    Args:
        name: what it is called in the report.
        source: ``datasets.Dataset`` or ``IterableDataset``, ``pyarrow.Table``, ``RecordBatch`` or
            ``RecordBatchReader``.
    """

    def __init__(self, name: str, source: Any) -> None:
        self.name, self._source = name, source
        self._seen: list[Any] = []
        self._rest: Iterator[Any] | None = None

    @property
    def size(self) -> int | None:
        """Its bytes in memory, about; None for a stream."""
        table = getattr(self._source, "data", self._source)
        if not (hasattr(table, "nbytes") and hasattr(table, "num_rows") and hasattr(self._source, "__len__")):
            return None
        # A selection of rows holds the whole table and an index into it.
        return int(table.nbytes * len(self._source) // max(1, table.num_rows))

    def batches(self) -> Iterator[Any]:
        """All rows as record batches, those of a stream once. CERT-E029 for what is no data."""
        if self._rest is None:
            return _record_batches(self._source)
        seen, self._seen = self._seen, []
        return chain(seen, self._rest)

    def some(self, budget: int) -> Iterator[Any]:
        """Record batches of about ``budget`` bytes to learn from, or all of them where there are no more.

        Where rows can be picked they come from windows spread evenly; of a stream it is the beginning.
        """
        size = self.size
        if size is None:
            yield from self._beginning(budget)
        elif size <= budget:
            yield from _record_batches(self._source)
        else:
            yield from self._windows(size, budget)

    def _beginning(self, budget: int) -> Iterator[Any]:
        self._rest = _record_batches(self._source) if self._rest is None else self._rest
        while budget > 0 and (batch := next(self._rest, None)) is not None:
            self._seen.append(batch)
            budget -= batch.nbytes
            yield batch

    def _windows(self, size: int, budget: int) -> Iterator[Any]:
        rows, window = len(self._source), min(WINDOW, budget)
        count, length = budget // window, max(1, window * rows // size)
        for number in range(count):
            first = min((2 * number + 1) * rows // (2 * count), rows - length)
            yield from _record_batches(self._slice(first, length))

    def _slice(self, first: int, length: int) -> Any:
        if hasattr(self._source, "select") and hasattr(self._source, "cache_files"):
            return self._source.select(range(first, first + length))
        return self._source.slice(first, length)


def _record_batches(source: Any) -> Iterator[Any]:
    # Loaded when needed: files, which are what is scanned nearly always, need nothing of the room of identities.
    from certify.identify.arrow_data import record_batches

    return record_batches(source)


class TableReader:
    """Reads data at hand once, from its first row; its digest is that of its content, as ``read_arrow`` takes it.

    Args:
        name: what it is called in the report.
        source: as of :class:`HeldData`, or one; a stream is consumed.
        text_field: the dotted name of the only column wanted; None for all text.
    """

    def __init__(self, name: str, source: Any, *, text_field: str | None = None) -> None:
        from certify.identify.arrow_content import ArrowContent

        self._source = source if isinstance(source, HeldData) else HeldData(name, source)
        self._job, self._content = Job(name, text_field), ArrowContent()
        self.changed = False
        """Never: it is in the hands of the program."""

    def blocks(self) -> Iterator[Block]:
        """Its text, about 4 MiB at a time; to be taken once and to its end.

        Raises:
            UsageError: CERT-E029, an object of another kind, or columns without a canonical form; CERT-E035.
        """
        from certify.scan.reading.tables import held

        batches = self._hashed()
        try:
            yield from held(batches, self._job)
        except Damage as damage:
            for _ in batches:
                pass
            self._job.lose(None, self._content.bytes, str(damage))

    def _hashed(self) -> Iterator[Any]:
        for batch in self._source.batches():
            self._content.add([batch])
            yield batch

    def totals(self) -> Totals:
        """As of a shard; bytes are those of the content. CERT-E029 where there are no rows."""
        digest, size = sha256_hex(self._content.to_bytes()), self._content.bytes
        return Totals(digest, size, self._job.documents, self._job.unscanned(size))
