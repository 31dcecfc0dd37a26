"""Files that are either whole or not there, whatever happens while they are written."""

from __future__ import annotations

import ctypes
import os
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

TEMPORARY = ".partial-"
"""Begins the name of a file that was never finished; readers skip it."""
_NUMBERS = count(time.time_ns())
MANY = 8
"""Files from which on two syncs of everything are cheaper than two of each file."""


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` so that a crash leaves the old content or the new, and the new one stays.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    folders = _make_folder(path.parent)
    _replace(path, data)
    for folder in sorted(folders):
        _sync_folder(folder)


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """``write_whole`` for many files below ``folder``, at the price of two syncs of its file system.

    Raises:
        OSError: the disk is full or the folder cannot be written; files that were to be new may be there already.
    """
    sync = _sync_file_system()
    if sync is None or len(files) < MANY:
        for path, data in files.items():
            write_whole(Path(path), data)
        return
    written: dict[str, str] = {}
    try:
        for path, data in files.items():
            written[_write_unsynced(str(path), data)] = str(path)
        sync(folder)
        for temporary, name in written.items():
            os.replace(temporary, name)
        sync(folder)
    except BaseException:
        for temporary in written:
            Path(temporary).unlink(missing_ok=True)
        raise


def write_derived(files: Mapping[Path, bytes]) -> None:
    """``write_whole`` for files that can be worked out again: a power cut may cost their names, never half of one.

    They are synced at the same time: a disk takes about as long for a few as for one.

    Raises:
        OSError: the disk is full or a folder cannot be written.
    """
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
    if len(files) == 1:
        list(map(_replace, files.keys(), files.values()))
        return
    with ThreadPoolExecutor(max(len(files), 1)) as pool:
        list(pool.map(_replace, files.keys(), files.values()))


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


def _write_unsynced(path: str, data: bytes) -> str:
    """The name of a temporary file beside ``path`` that holds ``data``, as far as the system's memory goes."""
    folder, _, _ = path.rpartition("/")
    temporary = f"{folder}/{TEMPORARY}{os.getpid()}-{next(_NUMBERS)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        handle = os.open(temporary, flags, 0o644)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        handle = os.open(temporary, flags, 0o644)
    try:
        with os.fdopen(handle, "wb", buffering=0) as stream:
            rest = memoryview(data)
            while rest:
                rest = rest[stream.write(rest) :]
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return temporary


@cache
def _sync_file_system() -> Any:
    """Linux's syncfs, which makes everything written to a folder's file system durable; None elsewhere.

    Source: syncfs(2); it reports failed writes since Linux 5.8.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return None

    def sync(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if call(handle) != 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code), str(folder))
        finally:
            os.close(handle)

    return sync


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
