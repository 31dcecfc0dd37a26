"""How near unrelated passages come: a sample by content, and how fast its tail falls.

What is sampled is by how much each passage is nearer to its *second* problem than to the three after that. The first
problem is left out because the passage may stem from it: so a corpus made of rewordings has the same background as one
without any.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterable
from typing import NamedTuple

from certify.scan.normalise import encode

MAX_SAMPLE = 8192
MINIMUM = 100
"""Fewer different passages say nothing about a tail."""

_MIDDLE, _HIGH = 0.75, 0.95

FIRST_TO_SECOND = (1 + 1 / 3 + 1 / 9) / (1 / 2 + 2 / 9 + 1 / 12)
"""How much larger the first problem's margin is than the second's where no passage stems from any problem.

Source: Rényi 1953: the gap between the n-th and the next of exponential order statistics has the mean 1/n, and a margin
over the mean of the next three is the sum of the next three gaps, weighed 1, 2/3 and 1/3. Measured on GSM8K: 1.7.
"""


class Tail(NamedTuple):
    """The upper end of the margins of unrelated passages to their first problem, in the units the sample was given."""

    middle: float
    """A quarter of them exceed it."""
    high: float
    """A twentieth of them exceed it."""
    scale: float
    """Beyond ``high`` their number falls to 1/e over this."""

    def share(self, margin: float) -> float:
        """Share of unrelated passages with this margin or more; exact enough above ``middle``, 1/4 below it."""
        return min(1 - _MIDDLE, (1 - _HIGH) * math.exp(-(margin - self.high) / self.scale))


class MarginSample:
    """Keeps the margins of the different passages with the smallest digests: the same whatever order they came in."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._members: set[int] = set()

    def offer(self, text: str, margin: int) -> None:
        """Considers one passage."""
        self._add(-int.from_bytes(hashlib.blake2b(encode(text), digest_size=16).digest(), "big"), margin)

    def merge(self, other: MarginSample) -> None:
        """Considers all that another sample kept."""
        for key, margin in other._heap:
            self._add(key, margin)

    def margins(self) -> list[int]:
        """The margins kept, smallest first."""
        return sorted(margin for _, margin in self._heap)

    def _add(self, key: int, margin: int) -> None:
        if key in self._members:
            return
        if len(self._heap) < MAX_SAMPLE:
            heapq.heappush(self._heap, (key, margin))
        elif key > self._heap[0][0]:
            dropped, _ = heapq.heapreplace(self._heap, (key, margin))
            self._members.remove(dropped)
        else:
            return
        self._members.add(key)


def fit_tail(margins: Iterable[int]) -> Tail | None:
    """The tail of first margins out of second ones, exponential; None where they are too few or do not spread.

    Source: the threshold-excess method, Coles 2001, section 4.2, with shape 0, through two quantiles.
    """
    found = sorted(margins)
    if len(found) < MINIMUM:
        return None
    middle, high = (FIRST_TO_SECOND * found[math.ceil(share * len(found)) - 1] for share in (_MIDDLE, _HIGH))
    scale = (high - middle) / math.log((1 - _MIDDLE) / (1 - _HIGH))
    return Tail(middle, high, scale) if scale > 0 else None
