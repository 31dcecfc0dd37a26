"""Ends what takes too long. One thread sees to all of it: a timer of its own would cost each request a thread."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Deadlines:
    """Blocks of code that have a time to end, in any number of threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[object, tuple[float, Callable[[], None]]] = {}
        self._looks_again = math.inf
        self._watcher: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float, give_up: Callable[[], None]) -> Iterator[None]:
        """A block that may take so long.

        Args:
            seconds: from now on.
            give_up: called once, from another thread, if the block still runs then; never after the block. It has to
                be quick and must not raise.
        """
        block, until = object(), time.monotonic() + seconds
        with self._changed:
            self._running[block] = (until, give_up)
            if until < self._looks_again:
                self._looks_again = until
                self._wake()
        try:
            yield
        finally:
            with self._changed:
                self._running.pop(block, None)

    def _wake(self) -> None:
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True, name="deadlines")
            self._watcher.start()
        self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for block, (until, give_up) in list(self._running.items()):
                    if until <= now:
                        del self._running[block]
                        give_up()
                self._looks_again = min((until for until, _ in self._running.values()), default=math.inf)
                idle = self._looks_again == math.inf
                self._changed.wait(None if idle else max(0.0, min(self._looks_again - now, threading.TIMEOUT_MAX)))
