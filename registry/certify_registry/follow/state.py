"""What a monitor remembers: the newest checkpoint, what it has to tell, and to whom it has told it.

Checkpoint and alerts are written in one transaction, so that a crash neither loses an alert nor skips an entry. Alerts
are told at least once: a target's place moves on only after it has answered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from certify.errors import RegistryError

_FORM = 2
_TABLES = (
    "CREATE TABLE log (vkey TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT",
    "CREATE TABLE alert (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, seen_at TEXT NOT NULL, body TEXT NOT NULL, "
    "once TEXT UNIQUE) STRICT",
    "CREATE TABLE target (url TEXT PRIMARY KEY, told INTEGER NOT NULL, failures INTEGER NOT NULL, "
    "retry_at REAL NOT NULL) STRICT",
)
_HEARD = (
    "CREATE TABLE heard (vkey TEXT NOT NULL, body TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (vkey, body)) STRICT"
)
"""Since the second form: what somebody else was shown and this monitor has not seen yet."""


class Alert(NamedTuple):
    """Something to tell."""

    id: int
    """Grows by each alert; a target's cursor."""
    kind: str
    """entry, fork or rollback."""
    seen_at: str
    body: dict[str, Any]
    """What is told, ``logIndex`` among it for an entry."""


class Target(NamedTuple):
    """Whom alerts are told to."""

    told: int
    """Id of the last alert it has taken."""
    failures: int
    """In a row."""
    retry_at: float
    """Seconds since 1970."""


class MonitorState:
    """A SQLite file, or memory alone with no path.

    Raises:
        RegistryError: CERT-E647, it cannot be used, or is none of a monitor.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        with self._told():
            self._database = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=5)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            with self._whole():
                self._prepare()

    def checkpoint(self, vkey: str) -> str | None:
        """The newest checkpoint of a log that was found consistent with all before."""
        with self._told():
            row = self._database.execute("SELECT note FROM log WHERE vkey = ?", (vkey,)).fetchone()
            return None if row is None else str(row[0])

    def advance(self, vkey: str, note: str, found: Iterable[tuple[str, str, dict[str, Any], str]]) -> None:
        """Remember a newer checkpoint and what is to be told of it: kind, time, body, and a name that comes once.

        What others were shown is forgotten with that: the caller has found all of it consistent.
        """
        with self._told(), self._whole():
            self._add(found)
            self._database.execute("INSERT OR REPLACE INTO log VALUES (?, ?)", (vkey, note))
            self._database.execute("DELETE FROM heard WHERE vkey = ?", (vkey,))

    def hear(self, vkey: str, body: str, note: str) -> None:
        """Remember a checkpoint that somebody else was shown, by what it says, until the log has grown past it."""
        with self._told(), self._whole():
            self._database.execute("INSERT OR IGNORE INTO heard VALUES (?, ?, ?)", (vkey, body, note))

    def heard(self, vkey: str) -> tuple[str, ...]:
        """The checkpoints that others were shown and that the log has not been found consistent with."""
        with self._told():
            return tuple(
                str(note) for (note,) in self._database.execute("SELECT note FROM heard WHERE vkey = ?", (vkey,))
            )

    def accuse(self, kind: str, seen_at: str, body: dict[str, Any], once: str) -> None:
        """Remember a contradiction; the checkpoint stays the one that was consistent."""
        with self._told(), self._whole():
            self._add([(kind, seen_at, body, once)])

    def alerts(self, after: int = 0, limit: int = 1000) -> tuple[Alert, ...]:
        """Alerts with a larger id than ``after``, oldest first."""
        with self._told():
            rows = self._database.execute(
                "SELECT id, kind, seen_at, body FROM alert WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
            )
            return tuple(Alert(number, kind, seen_at, json.loads(body)) for number, kind, seen_at, body in rows)

    def newest(self, limit: int) -> tuple[Alert, ...]:
        """The newest alerts, newest first."""
        with self._told():
            (last,) = self._database.execute("SELECT coalesce(max(id), 0) FROM alert").fetchone()
        return tuple(reversed(self.alerts(max(0, last - limit), limit)))

    def target(self, url: str) -> Target:
        """Where a target stands; a new one is told everything from the first alert on."""
        with self._told():
            row = self._database.execute("SELECT told, failures, retry_at FROM target WHERE url = ?", (url,)).fetchone()
            return Target(*row) if row is not None else Target(0, 0, 0.0)

    def move(self, url: str, target: Target) -> None:
        """Remember where a target stands."""
        with self._told(), self._whole():
            self._database.execute("INSERT OR REPLACE INTO target VALUES (?, ?, ?, ?)", (url, *target))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _prepare(self) -> None:
        (form,) = self._database.execute("PRAGMA user_version").fetchone()
        if form not in (0, 1, _FORM) or (not form and self._database.execute("SELECT 1 FROM sqlite_master").fetchone()):
            raise sqlite3.DatabaseError("it is no state of a monitor of this version")
        for statement in ((*_TABLES, _HEARD), (_HEARD,), ())[form]:
            self._database.execute(statement)
        self._database.execute(f"PRAGMA user_version = {_FORM}")

    def _add(self, found: Iterable[tuple[str, str, dict[str, Any], str]]) -> None:
        self._database.executemany(
            "INSERT OR IGNORE INTO alert (kind, seen_at, body, once) VALUES (?, ?, ?, ?)",
            ((kind, seen_at, json.dumps(body, sort_keys=True), once) for kind, seen_at, body, once in found),
        )

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All of the block, on the disk, or nothing of it."""
        with closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RegistryError(
                "CERT-E647",
                f"the monitor's state {self._path} cannot be used: {error}",
                "it remembers what was seen, without which a rollback would go unnoticed",
                "make room, or name the right file with --state",
            ) from error
