"""Where a registry lies: its database, its objects, and the place of its lock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from certify_registry.faults import absent, told_plainly
from certify_registry.store.folder import FolderObjects
from certify_registry.store.ports import Database, Objects

Mode = Literal["create", "write", "read"]
LOCK = "lock"
FOLDER = "file://"
POSTGRES = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class Surroundings:
    """What one registry is made of."""

    database: Database
    """Its rows."""
    objects: Objects
    """Its blobs, tiles and checkpoint."""
    lock: tuple[Objects, str]
    """Where its newest checkpoint is remembered, and under which name."""


def embedded(folder: Path, mode: Mode, wait: float, lock: Path | None = None) -> Surroundings:
    """A registry in one folder.

    Raises:
        RegistryError: CERT-E079, there is none, or it cannot be made; CERT-E073, the disk is full.
    """
    from certify_registry.store.sqlite import DATABASE, SqliteDatabase

    if mode == "create":
        with told_plainly(folder):
            folder.mkdir(parents=True, exist_ok=True)
    elif not (folder / DATABASE).is_file():
        raise absent(f"there is no registry in {folder}", hint="name the folder that holds registry.db")
    objects = FolderObjects(folder)
    remembered = (objects, LOCK) if lock is None else (FolderObjects(lock.parent), lock.name)
    return Surroundings(SqliteDatabase(folder, mode=mode, wait=wait), objects, remembered)


def served(
    address: str, objects: Objects, mode: Mode, wait: float, lock: tuple[Objects, str] | None = None
) -> Surroundings:
    """A registry in a PostgreSQL database and a store of objects."""
    from certify_registry.store.postgres import PostgresDatabase

    return Surroundings(PostgresDatabase(address, mode=mode, wait=wait), objects, lock or (objects, LOCK))


def objects_at(address: str | Path) -> Objects:
    """The objects at a folder's path, or at an address: ``file:///folder``, ``s3://bucket/prefix``.

    Raises:
        RegistryError: CERT-E601, the address is none that a store could have.
    """
    if isinstance(address, Path) or "://" not in address:
        return FolderObjects(Path(address))
    if address.startswith(FOLDER):
        return FolderObjects(Path(unquote(address.removeprefix(FOLDER))))
    from certify_registry.store.remote import RemoteObjects

    with told_plainly(address):
        return RemoteObjects.at(address)
