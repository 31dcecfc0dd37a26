"""A sample of the corpus that depends on its content alone, not on the order of shards or rows."""

from __future__ import annotations

import hashlib
import heapq

from certify.scan.normalise import encode

MAX_DOCUMENTS = 4000
MAX_CHARACTERS = 20_000
"""Of a longer document the beginning is sampled."""


class Sample:
    """Keeps the distinct documents with the smallest digests; copies of one document count once."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._members: set[int] = set()
        self.seen = 0
        """Documents offered."""

    def offer(self, text: str) -> None:
        """Considers one document; one without text counts and is not kept."""
        self.seen += 1
        if not text.strip():
            return
        key = -int.from_bytes(hashlib.blake2b(encode(text), digest_size=16).digest(), "big")
        if key in self._members:
            return
        if len(self._heap) < MAX_DOCUMENTS:
            heapq.heappush(self._heap, (key, text[:MAX_CHARACTERS]))
        elif key > self._heap[0][0]:
            dropped, _ = heapq.heapreplace(self._heap, (key, text[:MAX_CHARACTERS]))
            self._members.remove(dropped)
        else:
            return
        self._members.add(key)

    def texts(self) -> list[str]:
        """The documents kept, smallest digest first."""
        return [text for _, text in sorted(self._heap, reverse=True)]
