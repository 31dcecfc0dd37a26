"""The SQLite database of an embedded registry: how it is opened, and what a transaction means.

Every commit is on the disk before it is acknowledged (WAL with synchronous=FULL). Writers take their
lock when they begin, so two processes queue instead of colliding half-way.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import QueuePool

from certify_registry.faults import absent, busy, told_plainly
from certify_registry.store.database import SCHEMA, other_version, revision, run_migrations, upgrade

Mode = Literal["create", "write", "read"]

DATABASE = "registry.db"
_EXPECTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


class SqliteDatabase:
    """One registry's database file.

    Args:
        folder: the registry.
        mode: create, write or read.
        wait: seconds to wait for another writer.
    """

    def __init__(self, folder: Path, *, mode: Mode, wait: float) -> None:
        self._folder, self._writable, self._wait = folder, mode != "read", wait
        self._engine = _engine(folder / DATABASE, mode, wait)

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state.

        Raises:
            RegistryError: as ``told_plainly`` says.
        """
        with told_plainly(self._folder), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that alone may write; all of the block is committed durably, or none.

        Raises:
            RegistryError: CERT-E071 when another process writes longer than the wait; else as ``told_plainly`` says.
        """
        if not self._writable:
            raise absent("this registry was opened for reading", hint="open it with the log key to append")
        with told_plainly(self._folder), self._engine.connect() as connection:
            connection.execution_options(certify_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the lock under which files are written, so that an older checkpoint never replaces a newer one.

        Raises:
            RegistryError: CERT-E071, another process has held it for too long.
        """
        handle = os.open(self._folder / ".publishing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            deadline = time.monotonic() + self._wait
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise busy(f"the files of the log in {self._folder} are being written") from error
                    time.sleep(0.01)
            yield
        finally:
            os.close(handle)

    def migrate(self) -> None:
        """Bring the database to the shape this version knows.

        Raises:
            RegistryError: it was written by a newer version, or is none of ours.
        """
        with self.read() as connection:
            if revision(connection) == SCHEMA:
                return
        if not self._writable:
            raise other_version(self.place)
        with self.write() as connection:
            self.upgrade(connection)

    def upgrade(self, connection: Connection) -> None:
        """``migrate`` within a transaction that is already open; a newer shape is left alone.

        Raises:
            RegistryError: CERT-E079, it was written by a newer version.
        """
        upgrade(connection, self.place)

    def problems(self, connection: Connection) -> Iterator[tuple[str, str]]:
        """What SQLite's own checks find, and every table, index and trigger that is not as a new registry's."""
        for pragma in ("integrity_check", "foreign_key_check"):
            for row in connection.execute(text(f"PRAGMA {pragma}")):
                if tuple(row) != ("ok",):
                    yield pragma, " ".join(map(str, row))
        found, expected = shape_of(connection), fresh_shape()
        for name in sorted(found.keys() | expected.keys()):
            if found.get(name) != expected.get(name):
                yield name, "is not defined as this version defines it"

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def shape_of(connection: Connection) -> dict[str, str | None]:
    """The definition of every table, index and trigger, by name."""
    rows = connection.execute(text("SELECT type || ' ' || name, sql FROM sqlite_master"))
    return {name: sql for name, sql in rows if not name.startswith("table sqlite_")}


@cache
def fresh_shape() -> dict[str, str | None]:
    """The shape of a database made by this version."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        run_migrations(connection)
        return shape_of(connection)


def _engine(path: Path, mode: Mode, wait: float) -> Engine:
    options = {"create": "mode=rwc", "write": "mode=rw", "read": "mode=rw"}
    if mode == "read" and not os.access(path.parent, os.W_OK):
        # There is no place for SQLite's own files; without a writer's log beside it the database stands still.
        options["read"] = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    address = f"file:{quote(str(path.absolute()))}?{options[mode]}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "connect", lambda connection, _: _prepare(connection, mode != "read"))
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, writable: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if not writable:
        connection.execute("PRAGMA query_only = ON")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    for pragma, expected in _EXPECTED.items():
        found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        if found != expected:
            why = "this file system or this SQLite cannot give the guarantees a log needs"
            raise absent(f"SQLite answers {pragma} = {found} instead of {expected}", why, "use a local disk")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("certify_begin", "BEGIN"))
