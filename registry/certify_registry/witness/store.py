"""The memory of a witness: one row a log, moved forward by one transaction at a time.

Looking at what is there and writing what comes next happen under one lock (BEGIN IMMEDIATE), and are on the disk before
anybody is answered (synchronous=FULL): two requests at once cannot bring the smaller tree back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from certify.errors import RegistryError

_FORM = 1
_WAIT = 5.0
_TABLES = """
CREATE TABLE latest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) STRICT;
CREATE TABLE incident (
  id INTEGER PRIMARY KEY, origin TEXT NOT NULL, seen_at INTEGER NOT NULL, ours TEXT NOT NULL, theirs TEXT NOT NULL,
  UNIQUE (origin, theirs)
) STRICT;
CREATE TRIGGER only_forward BEFORE UPDATE ON latest
  WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) OR NEW.origin <> OLD.origin
  BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER never_forget BEFORE DELETE ON latest BEGIN SELECT RAISE(ABORT, 'a witness never forgets'); END;
"""
MAX_INCIDENTS = 1000
"""Contradictions kept of one log; whoever holds its key could otherwise fill the disk."""


class Latest(NamedTuple):
    """The newest checkpoint of a log that the witness cosigned."""

    size: int
    root: bytes
    note: str
    """The checkpoint with the log's signatures and the witness's own."""


class Incident(NamedTuple):
    """Two checkpoints of one log that cannot both be true, each signed by it."""

    origin: str
    seen_at: int
    ours: str
    """What the witness had cosigned."""
    theirs: str
    """What contradicts it."""


class WitnessStore:
    """A SQLite file; used by several threads and processes at once.

    Raises:
        RegistryError: CERT-E642, it cannot be used, or is none of a witness.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._told(), closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            (form,) = connection.execute("PRAGMA user_version").fetchone()
            if form == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _statements():
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_FORM}")
            elif form != _FORM:
                raise sqlite3.DatabaseError("it is no store of a witness of this version")
            connection.execute("COMMIT")

    def latest(self, origin: str) -> Latest | None:
        """The newest checkpoint of a log."""
        with self._told(), closing(self._connect()) as connection:
            return _latest(connection, origin)

    def incidents(self) -> tuple[Incident, ...]:
        """Every contradiction seen, oldest first."""
        with self._told(), closing(self._connect()) as connection:
            rows = connection.execute("SELECT origin, seen_at, ours, theirs FROM incident ORDER BY id")
            return tuple(Incident(*row) for row in rows)

    @contextmanager
    def turn(self, origin: str) -> Iterator[Turn]:
        """A log's row, for nobody else until the block ends; what was written is then on the disk."""
        with self._told(), closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield Turn(connection, origin)
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RegistryError(
                "CERT-E642",
                f"the memory of the witness, {self._path}, cannot be used: {error}",
                "a witness that forgets what it has signed could sign two histories, so nothing was signed",
                "make room, or look at the file; never replace it by an older copy",
            ) from error


class Turn:
    """One log's row within a transaction."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection, self._origin = connection, origin
        self.latest = _latest(connection, origin)
        """What was cosigned before."""

    def advance(self, latest: Latest) -> None:
        """Remember a newer checkpoint; the database itself refuses one that goes back."""
        self._connection.execute(
            "INSERT INTO latest VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE "
            "SET size = excluded.size, root = excluded.root, note = excluded.note",
            (self._origin, *latest),
        )

    def accuse(self, seen_at: int, theirs: str) -> None:
        """Keep two signed checkpoints that contradict each other."""
        (held,) = self._connection.execute("SELECT count(*) FROM incident WHERE origin = ?", (self._origin,)).fetchone()
        if self.latest is not None and held < MAX_INCIDENTS:
            self._connection.execute(
                "INSERT OR IGNORE INTO incident (origin, seen_at, ours, theirs) VALUES (?, ?, ?, ?)",
                (self._origin, seen_at, self.latest.note, theirs),
            )


def _latest(connection: sqlite3.Connection, origin: str) -> Latest | None:
    row = connection.execute("SELECT size, root, note FROM latest WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else Latest(*row)


def _statements() -> Iterator[str]:
    """The statements that make the tables; a trigger holds semicolons of its own."""
    statement = ""
    for line in _TABLES.strip().splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
