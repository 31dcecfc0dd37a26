"""Bytes kept under their own SHA-256; what comes back is always what was put in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from certify.errors import RegistryError
from certify.evidence.canonical import sha256_hex
from certify_registry.faults import absent, damaged, foreign_fault, told_plainly
from certify_registry.store.packs import FEW, SMALL, pack, pack_of, record_pack, unpack
from certify_registry.store.ports import Database, Objects

MAX_BLOB = 256 * 1024 * 1024
ROOM = "blobs/sha256"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BlobStore:
    """The objects ``blobs/sha256/aa/bb/<digest>`` of a registry.

    Args:
        objects: where they are.
        database: says which small statements are in which pack; without it every blob is a file of its own.
    """

    def __init__(self, objects: Objects, database: Database | None = None) -> None:
        self._objects, self._database = objects, database
        self._last = ("", dict[str, bytes]())
        """The pack read last, and what is in it: who reads a log in its order asks for the next of the same."""

    def put(self, data: bytes) -> str:
        """Keep ``data`` durably and return its SHA-256 (hex); a damaged copy of it is repaired.

        Raises:
            RegistryError: CERT-E073 the disk is full; CERT-E079 too large or not writable.
        """
        (digest,) = self.put_many([data])
        return digest

    def put_many(self, blobs: Iterable[bytes]) -> tuple[str, ...]:
        """``put`` for many at once, which costs little more than one.

        Raises:
            RegistryError: as ``put``; those before the one that failed may be kept.
        """
        named = [(sha256_hex(data), data) for data in blobs]
        if any(len(data) > MAX_BLOB for _, data in named):
            raise absent(f"a file of more than {MAX_BLOB} bytes cannot be kept")
        with told_plainly(self._objects.place):
            due = {name_of(digest): data for digest, data in named if not self._holds(name_of(digest), data)}
            self._objects.put_many(due)
        return tuple(digest for digest, _ in named)

    def keep(self, connection: Connection, fresh: Sequence[bytes], again: Sequence[bytes] = ()) -> None:
        """Keep the statements of a batch durably; where small ones are is committed with their entries.

        Args:
            connection: the only writer's.
            fresh: statements that enter the log now.
            again: statements that it has; they are put back if they were lost.

        Raises:
            RegistryError: as ``put``.
        """
        small = [data for data in fresh if len(data) <= SMALL]
        packed = small if len(small) >= FEW else []
        lost = [data for data in again if not self._is_packed(connection, data)]
        if packed:
            record_pack(connection, map(sha256_hex, packed), self.put(pack(packed)))
        self.put_many([*lost, *(data for data in fresh if not packed or len(data) > SMALL)])

    def get(self, digest: str, connection: Connection | None = None) -> bytes:
        """The bytes whose SHA-256 is ``digest``.

        Args:
            digest: 64 hexadecimal digits.
            connection: to the database, where the caller has one; a second might have to wait for the first.

        Raises:
            RegistryError: CERT-E079 not here; CERT-E070 the file no longer has that digest.
        """
        if not _DIGEST.fullmatch(digest):
            raise absent(f"{digest[:80]!r} is not a SHA-256")
        try:
            return self._file(digest)
        except RegistryError:
            found = self._in_some_pack(digest, connection)
            if found is None:
                raise
            return found

    def _in_some_pack(self, digest: str, connection: Connection | None) -> bytes | None:
        if connection is not None:
            return self._in_pack(connection, digest)
        if self._database is None:
            return None
        with self._database.read() as opened:
            return self._in_pack(opened, digest)

    def _in_pack(self, connection: Connection, digest: str) -> bytes | None:
        """A packed statement, or None where it is in no pack.

        Each has its own digest to answer for, whatever became of its neighbours.
        """
        name = pack_of(connection, digest)
        if name is None:
            return None
        with told_plainly(self._objects.place):
            found = self._members(name).get(digest)
        if found is None:
            raise damaged(
                f"the statement {digest} cannot be read", f"the file {name} that it is in was changed or lost"
            )
        return found

    def _is_packed(self, connection: Connection, data: bytes) -> bool:
        try:
            return self._in_pack(connection, sha256_hex(data)) is not None
        except RegistryError:
            return False

    def _members(self, name: str) -> dict[str, bytes]:
        """What is in a pack; nothing where it was lost."""
        if self._objects.size_of(name_of(name)) is None:
            return {}
        last, members = self._last
        if last != name:
            data = self._objects.get(name_of(name), MAX_BLOB)
            members = {sha256_hex(part): part for part in unpack(data)}
            self._last = (name, members)
        return members

    def _file(self, digest: str) -> bytes:
        try:
            data = self._objects.get(name_of(digest), MAX_BLOB)
        except FileNotFoundError as error:
            raise absent(f"the registry does not hold the file {digest}") from error
        except OSError as error:
            raise damaged(f"the file {digest} cannot be read", error.strerror or "") from error
        except Exception as error:
            raise foreign_fault(error, self._objects.place) from error
        if sha256_hex(data) != digest:
            raise damaged(f"the file {digest} was changed on disk", "its content no longer has the digest in its name")
        return data

    def digests(self) -> Iterator[str]:
        """The digests of everything kept, in order; foreign files are given by their path instead."""
        with told_plainly(self._objects.place):
            names = list(self._objects.names(ROOM))
        for name in names:
            last = name.rpartition("/")[2]
            yield last if _DIGEST.fullmatch(last) and name == name_of(last) else name

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            return self._objects.size_of(name) == len(data) and self._objects.get(name, len(data)) == data
        except OSError:
            return False


def name_of(digest: str) -> str:
    """Where a blob is kept."""
    return f"{ROOM}/{digest[:2]}/{digest[2:4]}/{digest}"
