"""Reproducible randomness: a SHA-256 counter stream, the same on every machine and version.

Source: our own construction; block j = SHA-256("certify/stream/v1" 0x00 seed len(label) label uint64be(j)),
read as four big-endian 64-bit integers. No floating point enters.
"""

from __future__ import annotations

import hashlib
from collections.abc import MutableSequence, Sequence
from typing import TypeVar

T = TypeVar("T")
_DOMAIN = b"certify/stream/v1\x00"
_WORD = 1 << 64


class Stream:
    """An endless sequence of integers fixed by a 32-byte seed and a label.

    Args:
        seed: 32 bytes.
        label: names the use; one label per (family, version, item index), so that
            an item never depends on how many numbers another item drew.
    """

    def __init__(self, seed: bytes, label: str) -> None:
        if len(seed) != 32:
            raise ValueError("a stream seed is 32 bytes")
        encoded = label.encode("utf-8")
        self._prefix = _DOMAIN + seed + len(encoded).to_bytes(8, "big") + encoded
        self._block = 0
        self._words: list[int] = []

    def word(self) -> int:
        """The next 64-bit integer, uniform on [0, 2**64)."""
        if not self._words:
            digest = hashlib.sha256(self._prefix + self._block.to_bytes(8, "big")).digest()
            self._block += 1
            self._words = [int.from_bytes(digest[i : i + 8], "big") for i in (24, 16, 8, 0)]
        return self._words.pop()

    def below(self, bound: int) -> int:
        """A uniform integer on [0, bound), by rejection; ``1 <= bound <= 2**64``."""
        if not 1 <= bound <= _WORD:
            raise ValueError(f"the bound {bound} is outside [1, 2**64]")
        limit = _WORD - _WORD % bound
        while (word := self.word()) >= limit:
            pass
        return word % bound

    def between(self, low: int, high: int) -> int:
        """A uniform integer on [low, high], both ends included."""
        return low + self.below(high - low + 1)

    def choice(self, options: Sequence[T]) -> T:
        """One element of a non-empty sequence."""
        return options[self.below(len(options))]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Reorders ``items`` in place (Fisher-Yates from the top)."""
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """``count`` distinct elements in random order."""
        pool = list(options)
        if count > len(pool):
            raise ValueError(f"cannot draw {count} of {len(pool)}")
        for i in range(count):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]


def repeat_seed(seed: bytes, item_id: str, repeat: int) -> int:
    """The sampling seed of one answer: 63 bits, so that signed 64-bit engines take it."""
    material = b"certify/repeat/v1\x00" + seed + item_id.encode("utf-8") + b"\x00" + repeat.to_bytes(8, "big")
    return int.from_bytes(hashlib.sha256(material).digest()[:8], "big") >> 1


def turn_seed(seed: int, turn: int) -> int:
    """The sampling seed of one turn of an answer, 63 bits; the first turn has the answer's own."""
    if turn == 0:
        return seed
    material = b"certify/turn/v1\x00" + seed.to_bytes(8, "big") + turn.to_bytes(8, "big")
    return int.from_bytes(hashlib.sha256(material).digest()[:8], "big") >> 1
