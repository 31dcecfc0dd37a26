"""The PostgreSQL database of a served registry: the same tables, one writer at a time among any number of servers.

Whoever writes holds an advisory lock for the length of a transaction; readers see one snapshot and wait
for nobody. Every session takes the role ``certify_writer``, which may add rows and not change them, so
that even a registry that connects as the owner of its tables could not rewrite its log by mistake.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from certify_registry.faults import absent, told_plainly
from certify_registry.store.database import SCHEMA, other_version, revision, upgrade
from certify_registry.store.migrations.guards import WRITER
from certify_registry.store.surroundings import Mode

_LOCKS = {name: zlib.crc32(f"certify registry {name}".encode()) for name in ("write", "publish", "lead")}
"""Numbers of advisory locks; they hold within one database."""
_POOL = 8
_RIGHTS = {"alembic_version": {"SELECT"}, "inbox": {"SELECT", "INSERT", "UPDATE", "DELETE"}}


class PostgresDatabase:
    """One registry's database.

    Args:
        address: ``postgresql://user@host/database``; a password may come from ``PGPASSWORD`` or a password file.
        mode: create, write or read.
        wait: seconds to wait for another writer.
    """

    def __init__(self, address: str, *, mode: Mode, wait: float) -> None:
        url = make_url(address).set(drivername="postgresql+psycopg")
        self._place, self._writable, self._wait = url.render_as_string(hide_password=True), mode != "read", wait
        self.conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = {"connect_timeout": 10, "application_name": "certify registry"}
        self._engine = create_engine(
            url, pool_size=_POOL, max_overflow=4 * _POOL, pool_pre_ping=True, connect_args=options
        )
        self._take_role = False
        event.listen(self._engine, "checkout", self._prepare)

    @property
    def place(self) -> str:
        """Its address without the password."""
        return re.sub(r"^postgresql\+psycopg", "postgresql", self._place)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state.

        Raises:
            RegistryError: as ``told_plainly`` says.
        """
        with told_plainly(self.place), self._engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that alone may write; all of the block is committed durably, or none.

        Raises:
            RegistryError: CERT-E071 when another server writes longer than the wait; else as ``told_plainly`` says.
        """
        if not self._writable:
            raise absent("this registry was opened for reading", hint="open it with the log key to append")
        with told_plainly(self.place), self._engine.connect() as connection:
            connection.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
            with connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = {int(self._wait * 1000)}"))
                connection.execute(text("SET LOCAL synchronous_commit = on"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCKS['write']})"))
                yield connection

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the lock under which public files are written, among all servers.

        Raises:
            RegistryError: CERT-E071, another server has held it for too long.
        """
        with told_plainly(self.place), self._engine.connect() as connection, connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = {int(self._wait * 1000)}"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCKS['publish']})"))
            yield

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Whether this session is the one that sequences, until the block ends; False where another one is."""
        with told_plainly(self.place), self._engine.connect() as connection:
            got = connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCKS['lead']})")).scalar_one()
            connection.commit()
            try:
                yield bool(got)
            finally:
                connection.invalidate()  # a session's lock ends with the session, whatever state it is in

    @contextmanager
    def queueing(self) -> Iterator[Connection]:
        """A connection for the inbox, committed at the end: no lock is taken, and no entry can be made through it.

        Raises:
            RegistryError: as ``told_plainly`` says.
        """
        with told_plainly(self.place), self._engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the database to the shape this version knows.

        Raises:
            RegistryError: CERT-E079, it was written by a newer version, or holds no registry.
        """
        with told_plainly(self.place), self._engine.begin() as connection:
            found = revision(connection)
            if found is None:
                raise absent(f"there is no registry in {self.place}", hint="name the database that holds it")
            if found != SCHEMA:
                if not self._writable:
                    raise other_version(self.place)
                self.upgrade(connection)
        self._take_role = True
        self._engine.dispose()

    def upgrade(self, connection: Connection) -> None:
        """``migrate`` within a transaction that is already open; needs the owner of the tables.

        Raises:
            RegistryError: CERT-E079, it was written by a newer version.
        """
        upgrade(connection, self.place)

    def problems(self, connection: Connection) -> Iterator[tuple[str, str]]:
        """Tables, triggers and rights that are not as this version makes them."""
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        from certify_registry.store.tables import Row

        context = MigrationContext.configure(connection, opts={"include_object": _is_of_log})
        for difference in compare_metadata(context, Row.metadata):
            yield "tables", f"are not as this version makes them: {difference}"
        yield from _missing_triggers(connection)
        yield from _other_rights(connection)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """The pool of connections."""
        return self._engine

    def _prepare(self, connection: Any, record: Any, _: object) -> None:
        """Give up the rights of the owner, once in the life of a connection."""
        if not self._take_role or record.info.get("certify_role"):
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {WRITER}")
        connection.commit()
        record.info["certify_role"] = True


def _is_of_log(item: object, name: str | None, kind: str, reflected: bool, _: object) -> bool:
    """The inbox is no part of the log's tables."""
    table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
    return table != "inbox"


def _missing_triggers(connection: Connection) -> Iterator[tuple[str, str]]:
    from certify_registry.store.tables import Row

    tables = Row.metadata.tables
    expected = {(f"{table}_no_{verb}", table) for table in tables for verb in ("delete", "truncate")}
    expected |= {("entries_in_order", "entries"), ("heads_in_order", "heads")}
    query = text(
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    found = {(name, table) for name, table in connection.execute(query)}
    for name, table in sorted(expected - found):
        yield f"trigger {name}", f"is missing or disabled on {table}"


def _other_rights(connection: Connection) -> Iterator[tuple[str, str]]:
    from certify_registry.store.tables import Row

    query = text("SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = :writer")
    found: dict[str, set[str]] = {}
    for table, right in connection.execute(query, {"writer": WRITER}):
        found.setdefault(table, set()).add(right)
    for table in sorted({*Row.metadata.tables, *_RIGHTS}):
        expected = _RIGHTS.get(table, {"SELECT", "INSERT"})
        if found.get(table, set()) != expected:
            yield f"rights on {table}", f"of {WRITER} are {sorted(found.get(table, set()))} and not {sorted(expected)}"
