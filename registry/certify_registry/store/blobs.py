"""Bytes kept under their own SHA-256; what comes back is always what was put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from certify.evidence.canonical import sha256_hex
from certify_registry.faults import absent, damaged, told_plainly
from certify_registry.store.files import read_regular, write_whole

MAX_BLOB = 256 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BlobStore:
    """The folder ``blobs/sha256/aa/bb/<digest>`` of a registry."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "blobs" / "sha256"

    def put(self, data: bytes) -> str:
        """Keep ``data`` durably and return its SHA-256 (hex); a damaged copy of it is repaired.

        Raises:
            RegistryError: CERT-E073 the disk is full; CERT-E079 too large or not writable.
        """
        if len(data) > MAX_BLOB:
            raise absent(f"a file of more than {MAX_BLOB} bytes cannot be kept")
        digest = sha256_hex(data)
        path = self._path(digest)
        with told_plainly(self._folder):
            try:
                if read_regular(path, len(data)) == data:
                    return digest
            except OSError:
                pass
            write_whole(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes whose SHA-256 is ``digest``.

        Raises:
            RegistryError: CERT-E079 not here; CERT-E070 the file no longer has that digest.
        """
        if not _DIGEST.fullmatch(digest):
            raise absent(f"{digest[:80]!r} is not a SHA-256")
        try:
            data = read_regular(self._path(digest), MAX_BLOB)
        except FileNotFoundError as error:
            raise absent(f"the registry does not hold the file {digest}") from error
        except OSError as error:
            raise damaged(f"the file {digest} cannot be read", error.strerror or "") from error
        if sha256_hex(data) != digest:
            raise damaged(f"the file {digest} was changed on disk", "its content no longer has the digest in its name")
        return data

    def digests(self) -> Iterator[str]:
        """The digests of everything kept, in order; foreign files are given by their path instead."""
        for path in sorted(self._folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                continue
            regular = _DIGEST.fullmatch(path.name) and path == self._path(path.name)
            yield path.name if regular else str(path)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:4] / digest
