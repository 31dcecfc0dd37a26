"""One shard searched from its first byte to its last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pydantic import BaseModel, ConfigDict

from certify.scan.blocks import Block
from certify.scan.reading import attempts
from certify.scan.report import UnscannedPart
from certify.scan.searcher import Searcher
from certify.scan.sources import Source
from certify.scan.tally import Tally
from certify.scan.tallying import scan_block

Ordered = Callable[[Callable[[Block], Tally], Iterable[Block]], Iterator[Tally]]
"""Applies a function to blocks and gives the results, perhaps several at a time."""


class ShardResult(BaseModel):
    """What became of a shard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """Its name in the report."""
    sha256: str
    """Digest of its bytes as stored, taken in the same pass; empty where it could not be read to its end."""
    bytes: int
    """Its size as stored."""
    documents: int
    """Rows searched."""
    unscanned: tuple[UnscannedPart, ...]
    """What was not searched."""
    tally: Tally
    """What was found."""


def scan_shard(
    searcher: Searcher,
    shard: Source,
    *,
    text_field: str | None = None,
    excerpts: bool = False,
    ordered: Ordered = map,
    advance: Callable[[int], None] | None = None,
) -> ShardResult:
    """Reads, hashes and searches one shard, or data at hand; a shard that changes meanwhile is tried again.

    Args:
        searcher: what to look for.
        shard: where.
        text_field: the only column to read; None for all text.
        excerpts: whether to keep the text of what is found.
        ordered: how blocks are spread over threads.
        advance: called with bytes of text as they are searched.

    Raises:
        UsageError: CERT-E035, a package that the format needs is not installed.
    """

    def search(block: Block) -> Tally:
        found = scan_block(searcher, block, excerpts=excerpts, full=full)
        if advance:
            advance(int(block.starts[-1]))
        return found

    full: set[tuple[int, int]] = set()
    tally = Tally()
    for reader in attempts(shard, text_field=text_field):
        tally = Tally()
        full.clear()
        for part in ordered(search, reader.blocks()):
            tally.add(part)
            full |= tally.full(part.copies)
    totals = reader.totals()
    return ShardResult(
        name=shard.name,
        sha256=totals.sha256,
        bytes=totals.bytes,
        documents=totals.documents,
        unscanned=totals.unscanned,
        tally=tally if not reader.changed else Tally(),
    )
