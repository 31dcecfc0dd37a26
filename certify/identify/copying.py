"""Copies of files whose digest is known by the time they are closed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from certify.identify.reading import BLOCK, HashedFile


def write_copy(source: HashedFile, destination: Path) -> str:
    """Copies an open file to a new read-only one and gives the SHA-256 (hex) of what was written.

    Where the file system shares blocks between files the copy costs no space; the digest is taken
    from the copy all the same. ``source`` must not have been read yet.

    Raises:
        OSError: the disk is full, or the destination exists.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(destination, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if source.share_with(descriptor):
            digest = _digest_of(descriptor, source)
        else:
            for block in source.blocks():
                _write_all(descriptor, block)
            digest = source.hexdigest()
        os.fchmod(descriptor, 0o444)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return digest


def write_bytes(data: bytes, destination: Path) -> None:
    """Writes a new read-only file.

    Raises:
        OSError: the disk is full, or the destination exists.
    """
    descriptor = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _write_all(descriptor, data)
        os.fchmod(descriptor, 0o444)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(folder: Path) -> None:
    """Makes the names below ``folder`` survive a power cut, and the folder's own name too."""
    for path in _folders(folder):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_folder(folder: Path) -> None:
    """Removes a folder of ours with its read-only files; silent when it is gone."""
    shutil.rmtree(folder, ignore_errors=True)


def _folders(folder: Path) -> Iterable[Path]:
    yield from (Path(where) for where, _, _ in os.walk(folder, topdown=False))
    yield folder.parent


def _digest_of(descriptor: int, source: HashedFile) -> str:
    sha256, position = hashlib.sha256(), 0
    while block := os.pread(descriptor, BLOCK, position):
        sha256.update(block)
        position += len(block)
        source.count(len(block))
    return sha256.hexdigest()


def _write_all(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]
