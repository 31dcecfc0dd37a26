"""Statements on their way into the log, each with the client who waits for the answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Generic, TypeVar

from certify.errors import RegistryError
from certify_registry.appended import Appended
from certify_registry.checking import Checkers
from certify_registry.faults import busy

OUTSTANDING = 4096
"""Statements that may wait at once. Source: Tessera's default of outstanding entries before it pushes back."""
BATCH = 256
"""Statements under one signed head, the width of a tile."""
RETRY_AFTER = 1
"""Seconds after which a client that was sent away may try again."""


class RoomFull(RegistryError):
    """Too many statements wait; this one was not taken."""


Item = TypeVar("Item")
Waiting = tuple[bytes, "Future[Appended]"]
"""A bundle, and where its answer goes."""


class Room:
    """Counts those who wait, and sends away whoever comes when it is full.

    Args:
        places: how many may wait.
    """

    def __init__(self, places: int) -> None:
        self._places, self._taken, self._open = places, 0, True
        self._changed = threading.Condition()

    @property
    def taken(self) -> int:
        """How many wait."""
        return self._taken

    def enter(self) -> Future[Appended]:
        """A place, given up by itself when its answer is there.

        Raises:
            RegistryError: CERT-E071, the room is full or closed.
        """
        with self._changed:
            if not self._open:
                raise busy("the registry takes no more statements: it is being closed")
            if self._taken >= self._places:
                why = f"{self._places} statements are waiting for the log already; this one was not taken"
                hint = f"send it again in {RETRY_AFTER} second"
                raise RoomFull("CERT-E071", "the registry is too busy", why, hint)
            self._taken += 1
        future: Future[Appended] = Future()
        future.add_done_callback(self._leave)
        return future

    def close(self) -> None:
        """Let nobody in any more, and wait until the last one has left."""
        with self._changed:
            self._open = False
            self._changed.wait_for(lambda: self._taken == 0)

    def _leave(self, _: Future[Appended]) -> None:
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()


class Line(Generic[Item]):
    """A queue whose taker gets as many as there are, up to a limit, and is told when nobody comes any more."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()

    def put(self, items: Iterable[Item]) -> None:
        """Add to the end."""
        for item in items:
            self._items.put(item)

    def end(self) -> None:
        """Nobody comes any more."""
        self._items.put(None)

    def batches(self, limit: int) -> Iterator[list[Item]]:
        """What is there, at least one and at most ``limit`` at a time, until the end."""
        while (first := self._items.get()) is not None:
            found = [first]
            while len(found) < limit:
                try:
                    item = self._items.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    yield found
                    return
                found.append(item)
            yield found


class Reception:
    """Where clients hand in statements and wait for their answers: the half that every appender shares.

    Args:
        outstanding: statements that may wait at once.
        checkers: let go of in the end.
    """

    def __init__(self, outstanding: int, checkers: Checkers) -> None:
        self._room, self._checkers = Room(outstanding), checkers
        self._fresh: Line[Waiting] = Line()
        self._threads: list[threading.Thread] = []

    @property
    def waiting(self) -> int:
        """Statements taken and not answered yet."""
        return self._room.taken

    def submit(self, bundle: bytes) -> Future[Appended]:
        """Take a statement; see ``Appender``.

        Raises:
            RegistryError: CERT-E071, too many are waiting already; this one was not taken.
        """
        future = self._room.enter()
        self._fresh.put([(bundle, future)])
        return future

    def close(self) -> None:
        """Finish what was taken, and take no more."""
        self._room.close()
        self._fresh.end()
        self._end()
        for thread in self._threads:
            thread.join()
        self._checkers.close()

    def _end(self) -> None:
        """Tell the threads that nobody waits any more; the end of the line tells most of them."""


def started(name: str, work: Callable[[], None]) -> threading.Thread:
    """A thread that is at work."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def settle(future: Future[Appended], answer: Appended | BaseException) -> None:
    """Give a client the answer, unless it went away or has one."""
    if future.done() or not future.set_running_or_notify_cancel():
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)
