"""Who scans which shard when; the result never depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from certify.scan.shard_result import ShardResult
from certify.scan.sources import Source
from certify.scan.work import Work

Advance = Callable[[int, int], None]
"""Takes the position of a shard and the bytes of its text that were just searched; called from any thread."""


class Executor(Protocol):
    """Scans many shards."""

    def map_unordered(
        self, work: Work, shards: Sequence[Source], advance: Advance | None = None
    ) -> Iterator[tuple[int, ShardResult]]:
        """Each shard's position and result, as they are finished.

        Closing the iterator, and an error, end what is running; nothing is left behind.

        Args:
            work: what is done to each shard.
            shards: which.
            advance: told how far the shards are, where the executor can tell.
        """
        ...


def largest_first(shards: Sequence[Source]) -> list[int]:
    """Positions of shards in the order that keeps everybody busy to the end."""
    return sorted(range(len(shards)), key=lambda number: -(shards[number].size or 0))
