"""Files that are either whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

TEMPORARY = ".partial-"
"""Begins the name of a file that was never finished; readers skip it."""


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` so that a crash leaves the old content or the new, and the new one stays.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    folders = _make_folder(path.parent)
    _replace(path, data)
    for folder in sorted(folders):
        _sync_folder(folder)


def write_derived(path: Path, data: bytes) -> None:
    """``write_whole`` for a file that can be worked out again: a power cut may cost its name, never half of it.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, data)


def read_regular(path: Path, limit: int) -> bytes:
    """At most ``limit`` + 1 bytes of a file that is not a symbolic link.

    Raises:
        OSError: no such file, or a link.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as stream:
        return stream.read(limit + 1)


def _make_folder(folder: Path) -> set[Path]:
    """The folders whose names a new file in ``folder`` depends on."""
    changed = {folder}
    missing = folder
    while not missing.exists():
        missing = missing.parent
        changed.add(missing)
    folder.mkdir(parents=True, exist_ok=True)
    return changed


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
