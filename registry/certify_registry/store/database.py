"""The SQLite database of a registry: how it is opened, and what a transaction means.

Every commit is on the disk before it is acknowledged (WAL with synchronous=FULL). Writers take their
lock when they begin, so two processes queue instead of colliding half-way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import QueuePool

from certify.errors import RegistryError
from certify_registry.faults import absent, told_plainly

Mode = Literal["create", "write", "read"]

SCHEMA = "r0002"
"""The revision this version reads and writes; the newest in migrations/versions."""
MIGRATIONS = Path(__file__).parent / "migrations"
DATABASE = "registry.db"
_EXPECTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


class Database:
    """One registry's database file.

    Args:
        folder: the registry.
        mode: create, write or read.
        wait: seconds to wait for another writer.
    """

    def __init__(self, folder: Path, *, mode: Mode, wait: float) -> None:
        self._folder, self._writable = folder, mode != "read"
        self._engine = _engine(folder / DATABASE, mode, wait)

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

    def migrate(self) -> None:
        """Bring the database to the shape this version knows.

        Raises:
            RegistryError: it was written by a newer version, or is none of ours.
        """
        with self.read() as connection:
            if _revision(connection) == SCHEMA:
                return
        if not self._writable:
            raise _other_version(self._folder)
        with self.write() as connection:
            self.upgrade(connection)

    def upgrade(self, connection: Connection) -> None:
        """``migrate`` within a transaction that is already open; a newer shape is left alone.

        Raises:
            RegistryError: CERT-E079, it was written by a newer version.
        """
        from alembic.util import CommandError

        try:
            run_migrations(connection)
        except CommandError as error:
            raise _other_version(self._folder) from error

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def run_migrations(connection: Connection) -> None:
    """Bring a database to the newest shape, within the transaction it is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


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


def _revision(connection: Connection) -> str | None:
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    if "alembic_version" not in names:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _other_version(folder: Path) -> RegistryError:
    why = "its database has a shape that this version does not know"
    return absent(f"the registry in {folder} was written by another version", why, "install the version that wrote it")
