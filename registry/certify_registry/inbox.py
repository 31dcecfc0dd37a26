"""Any number of servers before one log: statements wait in PostgreSQL for the one server that sequences them.

Each server puts what it receives into the table ``inbox``, many at a time, and is told by NOTIFY when
answers are there. The leader, whoever holds an advisory lock, takes them out in their order. Leading is
a matter of thrift alone: two leaders would write the same entries once, as only one transaction at a
time may write. A statement whose server died before it heard the answer is found in the log when it is sent again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from certify.errors import RegistryError, UsageError
from certify_registry.admission import read_submission
from certify_registry.appended import Appended
from certify_registry.checking import Checkers
from certify_registry.faults import told_plainly
from certify_registry.grouping import append_apart
from certify_registry.registry import Registry
from certify_registry.store import queue
from certify_registry.store.postgres import PostgresDatabase
from certify_registry.waiting import BATCH, OUTSTANDING, Reception, settle, started

_PAUSE = 0.5
"""Seconds after which a server looks by itself, should a notification have been lost."""


class InboxAppender(Reception):
    """An appender of one of several servers before a log in PostgreSQL; see ``Appender``.

    Args:
        registry: connected with its key.
        now: gives the time in UTC, ``2026-11-23T17:00:00Z``.
        lead: whether this server may sequence when no other does.
        processes: processes that check signatures beside this one, where this server leads.
        outstanding: statements of this server that may wait at once.
        batch: most statements under one signed head.

    Raises:
        UsageError: CERT-E079, the registry is not in PostgreSQL.
    """

    def __init__(
        self,
        registry: Registry,
        now: Callable[[], str],
        *,
        lead: bool = True,
        processes: int = 0,
        outstanding: int = OUTSTANDING,
        batch: int = BATCH,
    ) -> None:
        database = registry.database
        if not isinstance(database, PostgresDatabase):
            raise UsageError("CERT-E079", f"{database.place} has no inbox", "several servers need PostgreSQL")
        super().__init__(outstanding, Checkers(processes if lead else 0))
        self._registry, self._database, self._now, self._batch = registry, database, now, batch
        self._waiting: dict[int, Future[Appended]] = {}
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._threads = [started("post", self._post), started("listen", self._listen)]
        if lead:
            self._threads.append(started("lead", self._lead))

    def _end(self) -> None:
        self._closing.set()

    def _post(self) -> None:
        """Put what has arrived into the inbox, many in one commit; what is no statement is not put there."""
        for waiting in self._fresh.batches(self._batch):
            sound = [(bundle, future) for bundle, future in waiting if _is_sound(bundle, future)]
            if not sound:
                continue
            try:
                with self._lock:  # nobody collects answers before it is known whose they are
                    with self._database.queueing() as connection:
                        numbers = queue.put(connection, [bundle for bundle, _ in sound])
                    self._waiting |= dict(zip(numbers, (future for _, future in sound), strict=True))
            except Exception as error:
                for _, future in sound:
                    settle(future, error)

    def _listen(self) -> None:
        """Hand out answers as they come."""
        self._while_open(lambda: self._hear(queue.ANSWERED, self._collect))

    def _collect(self) -> bool:
        with self._lock:
            if self._waiting:
                with self._database.queueing() as connection:
                    answers = queue.collect(connection, list(self._waiting))
                settled = [(self._waiting.pop(number), answer) for number, answer in answers]
            else:
                settled = []
        for future, answer in settled:
            settle(future, answer)
        return bool(settled)

    def _lead(self) -> None:
        """Sequence what waits, for as long as no other server does."""
        self._while_open(self._lead_once)

    def _lead_once(self) -> None:
        with self._database.leading() as leads:
            if leads:
                self._hear(queue.POSTED, self._drain)
            else:
                self._closing.wait(_PAUSE)

    def _drain(self) -> bool:
        with self._database.queueing() as connection:
            waiting = queue.take(connection, self._batch)
        if waiting:
            checked = self._registry.check([bundle for _, bundle in waiting], self._checkers)
            answers = append_apart(self._registry, checked, self._now())
            with self._database.queueing() as connection:
                queue.answer(connection, list(zip((number for number, _ in waiting), answers, strict=True)))
        return bool(waiting)

    def _hear(self, channel: str, work: Callable[[], bool]) -> None:
        """Do ``work`` until there is none, then again whenever the channel is notified."""
        import psycopg

        with (
            told_plainly(self._database.place),
            psycopg.connect(self._database.conninfo, autocommit=True) as connection,
        ):
            connection.execute(f"LISTEN {channel}".encode())
            while not self._closing.is_set():
                while work():
                    pass
                for _ in connection.notifies(timeout=_PAUSE, stop_after=1):
                    pass

    def _while_open(self, work: Callable[[], None]) -> None:
        """Do ``work`` again whenever it ends, which it does when the database server goes away."""
        while not self._closing.is_set():
            try:
                work()
            except Exception as error:
                self._lost(error)
                self._closing.wait(_PAUSE)

    def _lost(self, error: Exception) -> None:
        """Tell whoever waits that the answer may not come; what they sent may be in the log, or come into it yet."""
        if not isinstance(error, RegistryError) or error.code != "CERT-E600":
            return
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            settle(future, error)


def _is_sound(bundle: bytes, future: Future[Appended]) -> bool:
    try:
        read_submission(bundle)
    except Exception as error:  # whatever it is: it costs this statement, not the thread and all that come after
        settle(future, error)
        return False
    return True
