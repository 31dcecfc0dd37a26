"""Files that exist whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from certify.errors import RegistryError, UsageError
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, parse_json


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Puts ``data`` at ``path`` durably; a reader sees the old content or the new, never a part.

    Raises:
        RegistryError: CERT-E073, the disk is full or refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else str(error.strerror or error)
        raise RegistryError(
            "CERT-E073",
            f"{path} cannot be written: {reason}",
            "nothing was lost",
            "make room and give the command again",
        ) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_file(path: Path) -> bytes:
    """The bytes of a file the user named.

    Raises:
        UsageError: CERT-E012, it does not exist or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("CERT-E012", f"{path} cannot be read: {error.strerror or error}") from error


def json_lines(values: Iterable[Value]) -> bytes:
    """One canonical JSON object a line."""
    return b"".join(value.to_bytes() + b"\n" for value in values)


class RunFolder:
    """The files of one run. Each stage writes its result once; a later start finds it and goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """Names the run."""
        return self.path.name

    def file(self, name: str) -> Path:
        """Where a file of the run is or will be."""
        return self.path / name

    def has(self, name: str) -> bool:
        """Whether a stage's result is there."""
        return self.file(name).is_file()

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The file's content; made and stored durably the first time."""
        if not self.has(name):
            write_whole(self.file(name), make())
        return read_file(self.file(name))

    def once_document(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The same for a JSON object."""
        document = parse_json(self.once(name, lambda: canonical_bytes(make())), name=name)
        if not isinstance(document, dict):
            raise RegistryError("CERT-E070", f"{self.file(name)} is not a JSON object")
        return document
