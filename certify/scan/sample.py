"""A sample of the corpus that depends on its content alone, not on the order of shards or rows."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from typing import Any, cast

from certify.scan.blocks import Block

MAX_DOCUMENTS = 4000
MAX_BYTES = 4096
"""Of a longer document the beginning is sampled."""


class Sample:
    """Keeps the distinct documents with the smallest digests; copies of one document count once."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, bytes]] = []
        self._members: set[int] = set()
        self.seen = 0
        """Documents offered."""

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> Sample:
        """A sample of the documents in some blocks."""
        sample = cls()
        for block in blocks:
            view = memoryview(cast(Any, block.text))
            for number in (block.bases == 0).nonzero()[0].tolist():
                begin = int(block.starts[number])
                sample.offer(view[begin : min(int(block.starts[number + 1]), begin + MAX_BYTES)])
        return sample

    def offer(self, text: memoryview) -> None:
        """Considers the beginning of one document."""
        self.seen += 1
        key = -int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")
        if key in self._members:
            return
        if len(self._heap) < MAX_DOCUMENTS:
            heapq.heappush(self._heap, (key, bytes(text)))
        elif key > self._heap[0][0]:
            dropped, _ = heapq.heapreplace(self._heap, (key, bytes(text)))
            self._members.remove(dropped)
        else:
            return
        self._members.add(key)

    def texts(self) -> list[bytes]:
        """The beginnings of the documents kept, smallest digest first."""
        return [text for _, text in sorted(self._heap, reverse=True)]
