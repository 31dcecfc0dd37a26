"""Bytes kept under their own SHA-256; what comes back is always what was put in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from certify.evidence.canonical import sha256_hex
from certify_registry.faults import absent, damaged, foreign_fault, told_plainly
from certify_registry.store.ports import Objects

MAX_BLOB = 256 * 1024 * 1024
ROOM = "blobs/sha256"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BlobStore:
    """The objects ``blobs/sha256/aa/bb/<digest>`` of a registry."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

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

    def get(self, digest: str) -> bytes:
        """The bytes whose SHA-256 is ``digest``.

        Raises:
            RegistryError: CERT-E079 not here; CERT-E070 the file no longer has that digest.
        """
        if not _DIGEST.fullmatch(digest):
            raise absent(f"{digest[:80]!r} is not a SHA-256")
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
