"""Copying a registry into a folder, while it is in use or for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from certify.errors import UsageError
from certify_registry.faults import told_plainly
from certify_registry.log import tree
from certify_registry.moving.archive import (
    ENTRIES,
    HEADS,
    KEYS,
    Described,
    EntryLine,
    HeadLine,
    KeyLine,
    write_description,
    write_lines,
)
from certify_registry.registry import Registry
from certify_registry.store import lookup
from certify_registry.store.blobs import BlobStore
from certify_registry.store.folder import FolderObjects
from certify_registry.store.packs import all_packs, unpack
from certify_registry.store.tables import Head, KeyEvent, table_of

_keys, _heads = table_of(KeyEvent), table_of(Head)
_CHUNK = 256


def export(registry: Registry, folder: Path, now: str, *, final: bool = False) -> Described:
    """Copy a registry, as it is at one moment, into a new folder.

    Args:
        registry: open for reading; for a final copy, with its key.
        folder: must be empty, or not there yet.
        now: the time in UTC, ``2026-11-23T17:00:00Z``.
        final: hand the log over: from here on this registry signs nothing, and the copy is its only continuation.

    Raises:
        UsageError: CERT-E604, the folder is not empty.
        RegistryError: CERT-E070 damaged; CERT-E073 the disk is full; CERT-E079 final, and opened without the key.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError("CERT-E604", f"{folder} is not empty", "a copy has a folder of its own", "name a new folder")
    if final:
        registry.hand_over()
    with told_plainly(folder), registry.database.read() as connection:
        folder.mkdir(parents=True, exist_ok=True)
        head = tree.read_head(connection)
        write_lines(folder / KEYS, _key_lines(connection))
        write_lines(folder / HEADS, _head_lines(connection, head.size))
        write_lines(folder / ENTRIES, _entry_lines(connection, head.size))
        _copy_blobs(registry, all_packs(connection), BlobStore(FolderObjects(folder)))
        described = Described(
            origin=registry.origin,
            vkey=registry.vkey,
            size=head.size,
            checkpoint=head.checkpoint,
            final=final,
            exported_at=now,
        )
        write_description(folder, described)
    return described


def _key_lines(connection: Connection) -> Iterator[KeyLine]:
    for row in connection.execute(select(_keys).order_by(_keys.c.seq)):
        yield KeyLine(event=row.event, role=row.role, party=row.party, pem=row.pem, size=row.size)


def _head_lines(connection: Connection, size: int) -> Iterator[HeadLine]:
    query = select(_heads.c.size, _heads.c.checkpoint).where(_heads.c.size <= size).order_by(_heads.c.size)
    for row in connection.execute(query):
        yield HeadLine(size=row.size, checkpoint=row.checkpoint)


def _entry_lines(connection: Connection, size: int) -> Iterator[EntryLine]:
    for start in range(0, size, _CHUNK):
        for row in lookup.entries(connection, start, min(start + _CHUNK, size)):
            yield EntryLine(bundle_sha256=row.bundle_sha256, appended_at=row.appended_at)


def _copy_blobs(registry: Registry, packs: set[str], target: BlobStore) -> None:
    """Every blob, each checked against its digest and in a file of its own; what was added meanwhile does no harm."""
    waiting: list[bytes] = []
    for digest in registry.blobs.digests():
        if "/" not in digest:
            data = registry.get_blob(digest)
            waiting += unpack(data) if digest in packs else [data]
        if len(waiting) >= _CHUNK:
            target.put_many(waiting)
            waiting = []
    target.put_many(waiting)
