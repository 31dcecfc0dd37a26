"""Files that are written whole or not at all, and read up to a limit."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from certify.errors import RegistryError, UsageError

MAX_FILE = 256 * 1024 * 1024
"""Bytes of the largest file that is read at once because somebody named it; every PDF and bundle is smaller."""


def user_cache_folder() -> Path:
    """The folder ``CERTIFY_CACHE`` names, else ``certify`` in the user's cache folder."""
    named = os.environ.get("CERTIFY_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(named) if named else Path(base) / "certify"


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Puts ``data`` at ``path`` durably; a reader sees the old content or the new, never a part.

    Raises:
        RegistryError: CERT-E073, the disk is full.
        UsageError: CERT-E012, the place cannot be written to.
    """
    try:
        replace_file(path, data, mode=mode)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RegistryError(
                "CERT-E073",
                f"{path} cannot be written: the disk is full",
                "nothing was lost",
                "make room and give the command again",
            ) from error
        raise UsageError(
            "CERT-E012",
            f"{path} cannot be written: {error.strerror or error}",
            "nothing was changed",
            "name another place, or allow writing there",
        ) from error


def replace_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """The same, for callers with words of their own; until it is whole nobody but its owner can read it.

    Raises:
        OSError: it cannot be written; what was there before stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
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


def read_file(path: Path, *, max_bytes: int = MAX_FILE) -> bytes:
    """The bytes of a file the user named.

    Raises:
        UsageError: CERT-E012, it does not exist, cannot be read, or is larger than ``max_bytes``.
    """
    try:
        return read_bounded(path, max_bytes)
    except OSError as error:
        raise UsageError("CERT-E012", f"{path} cannot be read: {error.strerror or error}") from error


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """The same, for callers with words of their own.

    Raises:
        OSError: it does not exist, cannot be read, or is larger than ``max_bytes``.
    """
    with path.open("rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {max_bytes} bytes", str(path))
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
