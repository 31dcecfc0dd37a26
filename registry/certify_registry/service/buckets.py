"""How often one caller may ask: a bucket of tokens that fills at a steady rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 50_000
"""Callers remembered at once; the one who was quiet for longest is forgotten first."""


class Buckets:
    """A bucket for each caller; used from the event loop alone.

    Args:
        rate: tokens a second that come back.
        burst: tokens in a full bucket.
        clock: seconds that only grow; another one in tests.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._of: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, tokens: int = 1) -> float:
        """Take tokens out of a caller's bucket; 0 when they were there, else the seconds until they are.

        More than a full bucket holds are taken from a full one, which then stays in debt.
        """
        now = self._clock()
        level, since = self._of.pop(caller, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._rate)
        missing = min(float(tokens), self._burst) - level
        self._of[caller] = (level if missing > 0 else level - tokens, now)
        if len(self._of) > MOST:
            self._of.popitem(last=False)
        return max(0.0, missing / self._rate)

    def give_back(self, caller: str) -> None:
        """Put one token back that was taken for what then cost nothing."""
        if caller in self._of:
            level, since = self._of[caller]
            self._of[caller] = (min(self._burst, level + 1), since)
