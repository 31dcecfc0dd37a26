"""The places a registry can lie in; every test of this folder runs in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certify.trust.keys import KeySigner
from certify_registry import Registry, connect, found
from certify_registry.store.ports import Objects
from tests.fakes.postgres import Cluster, postgres
from tests.unit.registry.conftest import LOG_KEY

__all__ = ["postgres"]
ORIGIN = "localhost/contract"


@dataclass
class Place:
    """Where a registry is or may be made."""

    address: str
    objects: Objects | None = None
    lock: Any = None
    cluster: Cluster | None = None

    @property
    def database(self) -> str:
        """The name of the database, where it is in PostgreSQL."""
        return self.address.partition("?")[0].rpartition("/")[2]

    def create(self, signers: dict[str, KeySigner] | None = None) -> Registry:
        """A new registry that knows these keys in their roles."""
        registry = found(self.address, ORIGIN, LOG_KEY, objects=self.objects, lock=self.lock)
        for role, signer in (signers or {}).items():
            registry.enroll(signer.public_pem, f"{role} Ltd", role)
        return registry

    def open(self, *, key: bool = True) -> Registry:
        """The registry that was made."""
        return connect(self.address, LOG_KEY if key else None, objects=self.objects, lock=self.lock, wait=0.5)

    def tamper(self, *statements: str) -> None:
        """Change rows as an administrator of the database can who gets past triggers and rights."""
        if self.cluster is None:
            tamper_sqlite(Path(self.address) / "registry.db", statements)
        else:
            for statement in statements:
                self.cluster.sql(f"SET session_replication_role = replica; {statement}", self.database)


def tamper_sqlite(path: Path, statements: tuple[str, ...]) -> None:
    """Run statements on a database whose triggers are out of the way."""
    import sqlite3

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


@pytest.fixture(params=["folder", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, home: Path, request: pytest.FixtureRequest) -> Place:
    return new_place(kind, home, request, "r")


@pytest.fixture
def another(kind: str, home: Path, request: pytest.FixtureRequest) -> Place:
    """A place of the other kind."""
    return new_place("folder" if kind == "postgres" else "postgres", home, request, "another")


def new_place(kind: str, home: Path, request: pytest.FixtureRequest, name: str) -> Place:
    if kind == "folder":
        return Place(str(home / name))
    from obstore.store import MemoryStore

    from certify_registry.store.remote import RemoteObjects

    cluster: Cluster = request.getfixturevalue("postgres")
    return Place(cluster.create_database(), RemoteObjects(MemoryStore(), f"memory {name}"), cluster=cluster)


@pytest.fixture
def registry(place: Place, signers: dict[str, KeySigner]) -> Iterator[Registry]:
    with place.create(signers) as made:
        yield made
