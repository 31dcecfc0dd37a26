"""The database: append-only, strict, and of the shape that the code knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from certify.errors import RegistryError
from certify.evidence.certificate import State
from certify_registry import Registry
from certify_registry.store.database import MIGRATIONS, SCHEMA
from certify_registry.store.tables import Row
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import LOG_KEY, World

TABLES = sorted(Row.metadata.tables)


@pytest.fixture
def raw(world: World) -> Iterator[sqlite3.Connection]:
    plan = made.plan(world.evaluator)
    for bundle in (
        plan,
        made.evaluation(world.evaluator, made.payload_of(plan)),
        made.certificate(world.issuer),
        made.rendering(world.issuer),
        made.status(world.revoker, State.SUSPENDED),
    ):
        world.append(bundle)
    connection = sqlite3.connect(world.folder / "registry.db", isolation_level=None)
    yield connection
    connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_rows_cannot_be_changed_or_removed(raw: sqlite3.Connection, table: str) -> None:
    if table == "nodes":
        raw.execute("INSERT INTO nodes VALUES (1, 0, zeroblob(32))")
    if table == "packed":
        raw.execute("INSERT INTO packed VALUES ('a', 'b')")
    column = raw.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)


def test_entries_and_heads_cannot_be_replaced_or_skipped(raw: sqlite3.Connection) -> None:
    for column, table, places in (("log_index", "entries", (0, 4, 6)), ("size", "heads", (0, 5, 7))):
        query = "SELECT name FROM pragma_table_info(?) WHERE name != ?"
        names = [row[0] for row in raw.execute(query, (table, column))]
        for place in places:
            copied = f"SELECT {place}, {', '.join(names)} FROM {table} WHERE {column} = 1"
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(f"INSERT OR REPLACE INTO {table} ({column}, {', '.join(names)}) {copied}")


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_strict(raw: sqlite3.Connection, table: str) -> None:
    assert raw.execute("SELECT strict FROM pragma_table_list WHERE name = ?", (table,)).fetchone() == (1,)


def test_guarantees_of_the_connection(world: World) -> None:
    with world.registry._log.database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_migrations_lead_to_the_tables_of_the_code(world: World) -> None:
    with world.registry._log.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [SCHEMA]


def test_a_newer_database_is_left_alone(world: World) -> None:
    world.registry.close()
    connection = sqlite3.connect(world.folder / "registry.db")
    connection.execute("UPDATE alembic_version SET version_num = 'r9999'")
    connection.commit()
    connection.close()
    for key in (LOG_KEY, None):
        with pytest.raises(RegistryError) as caught:
            Registry.open(world.folder, key)
        assert caught.value.code == "CERT-E079"
