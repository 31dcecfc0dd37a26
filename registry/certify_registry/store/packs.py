"""Small statements kept many to a file: making a file costs a file system far more than filling it.

A pack is a blob like any other, named by its own digest; the database says which statement is in which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, insert, select

from certify_registry.store.tables import Packed, table_of

FEW = 8
"""Statements below which each gets a file of its own."""
SMALL = 64 * 1024
"""Bytes of the longest statement that is packed; a pack of 256 then has at most 16 MB."""
_LENGTH = 4
_packed = table_of(Packed)


def pack(bundles: Iterable[bytes]) -> bytes:
    """The bytes of a pack: each statement after its length, four bytes, big-endian."""
    return b"".join(len(data).to_bytes(_LENGTH, "big") + data for data in bundles)


def unpack(data: bytes) -> Iterator[bytes]:
    """What is in a pack, as far as its lengths make sense; nothing tells that these are the bytes that were put in."""
    at = 0
    while at + _LENGTH <= len(data):
        start = at + _LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        if at <= len(data):
            yield data[start:at]


def pack_of(connection: Connection, digest: str) -> str | None:
    """The digest of the pack that a statement is in, or None where it is in none."""
    query = select(_packed.c.pack_sha256).where(_packed.c.bundle_sha256 == digest)
    return connection.execute(query).scalar()


def all_packs(connection: Connection) -> set[str]:
    """The digests of all packs."""
    return set(connection.execute(select(_packed.c.pack_sha256).distinct()).scalars())


def record_pack(connection: Connection, digests: Iterable[str], pack_sha256: str) -> None:
    """Write which statements are in a pack."""
    rows = [{"bundle_sha256": digest, "pack_sha256": pack_sha256} for digest in digests]
    connection.execute(insert(_packed), rows)
