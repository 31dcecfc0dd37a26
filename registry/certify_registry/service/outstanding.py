"""An appender that takes no more than it can answer for."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from certify_registry import Appended
from certify_registry.appending import Appender
from certify_registry.service.refusals import overloaded


class Bounded:
    """Passes statements on while few enough wait; whatever it has taken is still answered.

    Args:
        appender: does the work.
        most: statements that may wait at once.
    """

    def __init__(self, appender: Appender, most: int) -> None:
        self._appender, self._most = appender, most
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Statements taken and not answered yet."""
        return self._waiting

    def submit(self, bundle: bytes) -> Future[Appended]:
        """Take a statement; see ``Appender``.

        Raises:
            BusyError: CERT-E670, too many wait already; this one was not taken.
        """
        with self._lock:
            if self._waiting >= self._most:
                raise overloaded(self._waiting)
            self._waiting += 1
        try:
            taken = self._appender.submit(bundle)
        except BaseException:
            self._done(None)
            raise
        taken.add_done_callback(self._done)
        return taken

    def close(self) -> None:
        """Finish what was taken, and take no more."""
        self._appender.close()

    def _done(self, _: Future[Appended] | None) -> None:
        with self._lock:
            self._waiting -= 1
