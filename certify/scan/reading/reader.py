"""One shard as blocks of text, and what became of its bytes."""

from __future__ import annotations

from collections.abc import Iterator

from certify.scan.blocks import Block, Totals
from certify.scan.reading.held import HeldData, TableReader
from certify.scan.reading.lines import json_lines
from certify.scan.reading.losses import CHANGED, Damage, Job
from certify.scan.reading.packed import unpacked
from certify.scan.reading.stored import Stored, advance, open_stored
from certify.scan.reading.whole import JsonAsLines, text_document
from certify.scan.report import UnscannedPart
from certify.scan.shards import COMPRESSIONS, Shard

RETRIES = 2
"""How often what failed is tried again."""


class ShardReader:
    """Reads one shard once, from its beginning, holding a few blocks at most.

    Bad input is never raised: what cannot be read is named in the totals, and the rest is given.

    Args:
        shard: a file or an object.
        text_field: the dotted name of the only column wanted; None for all text.
        retries: how often a read that failed is tried again.
    """

    def __init__(self, shard: Shard, *, text_field: str | None = None, retries: int = RETRIES) -> None:
        self._shard, self._retries = shard, retries
        self._job = Job(shard.name, text_field)
        self._totals: Totals | None = None
        self.changed = False
        """Whether the shard changed meanwhile: then nothing that was found in it counts. Known after the last block."""

    def blocks(self) -> Iterator[Block]:
        """The text of the shard, about 4 MiB at a time; to be taken once and to its end.

        Raises:
            UsageError: CERT-E035, reading this kind of data needs a package that is not installed.
        """
        try:
            stored = open_stored(self._shard, self._retries)
        except Damage as damage:
            self._totals = Totals("", 0, 0, (self._all_lost(self._shard.size or 0, str(damage)),))
            return
        try:
            yield from self._whole(stored)
            self._totals = self._finish(stored)
        finally:
            stored.close()

    def _whole(self, stored: Stored) -> Iterator[Block]:
        try:
            yield from documents(stored, self._shard.path.name.lower(), self._job)
        except Damage as damage:
            self.changed = str(damage) == CHANGED
            # Tables are read in an order of their own, so how much of one is lost cannot be told from the place.
            left = stored.size - stored.position
            self._job.lose(None, left if self._job.documents else stored.size, str(damage))

    def _finish(self, stored: Stored) -> Totals:
        """Hashes what no document needed, and makes sure that the shard stood still."""
        try:
            advance(stored)
            self.changed = self.changed or stored.changed()
        except Damage as damage:
            self._job.lose(None, stored.size - stored.position, str(damage))
            return Totals("", stored.size, self._job.documents, self._job.unscanned(stored.size))
        if self.changed:
            return Totals(stored.hexdigest(), stored.size, 0, (self._all_lost(stored.size, CHANGED),))
        return Totals(stored.hexdigest(), stored.size, self._job.documents, self._job.unscanned(stored.size))

    def _all_lost(self, size: int, reason: str) -> UnscannedPart:
        return UnscannedPart(shard=self._shard.name, row=None, bytes=size, reason=reason)

    def totals(self) -> Totals:
        """Digest, size, documents and what was not scanned, once the last block was taken.

        The digest is empty where the shard could not be read to its end. Of a shard that changed nothing counts as
        scanned.
        """
        if self._totals is None:
            raise RuntimeError("the blocks of the shard were not taken to their end")
        return self._totals


def open_shard(shard: Shard, *, text_field: str | None = None, retries: int = RETRIES) -> ShardReader:
    """A reader of one shard; see there."""
    return ShardReader(shard, text_field=text_field, retries=retries)


def attempts(
    source: Shard | HeldData, *, text_field: str | None = None, retries: int = RETRIES
) -> Iterator[ShardReader | TableReader]:
    """Readers of one shard until it stood still while being read, ``retries`` + 1 at most; one of data at hand.

    Each must be read to its end before the next is asked for; only the last one's blocks and totals count.
    """
    if isinstance(source, HeldData):
        yield TableReader(source.name, source, text_field=text_field)
        return
    for _ in range(retries + 1):
        reader = open_shard(source, text_field=text_field, retries=retries)
        yield reader
        if not reader.changed:
            return


def documents(stored: Stored, name: str, job: Job) -> Iterator[Block]:
    """The documents of a shard by what its name ends in. Raises Damage where it cannot go on."""
    if name.endswith((".parquet", ".arrow")):
        from certify.scan.reading.tables import arrow, parquet

        return parquet(stored, job) if name.endswith(".parquet") else arrow(stored, job)
    compression = next((ending for ending in COMPRESSIONS if name.endswith(ending)), "")
    source, plain = unpacked(stored, compression), not compression
    kind = name.removesuffix(compression).rpartition(".")[2]
    if kind in ("txt", "md"):
        return text_document(source, job, plain=plain, size=stored.size)
    return json_lines(JsonAsLines(source) if kind == "json" else source, job, plain=plain)
