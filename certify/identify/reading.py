"""Reading a file once: its bytes, its digest, and the certainty that it stood still meanwhile."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from certify.errors import CertifyError, HostileInput, UsageError
from certify.identify.files import FoundFile

BLOCK = 1 << 20
"""Bytes per read."""

_KERNEL_COPY = 1 << 30
_NO_KERNEL_COPY = frozenset({errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF})

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


class Meter:
    """Adds up the bytes of several files and tells a progress callback."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._done = total, progress, 0

    def add(self, count: int) -> None:
        """``count`` more bytes were read."""
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)


class HashedFile:
    """An open file whose every byte read enters a SHA-256."""

    def __init__(self, descriptor: int, path: str, size: int, meter: Meter) -> None:
        self._descriptor, self._meter = descriptor, meter
        self._sha256 = hashlib.sha256()
        self.path = path
        self.size = size
        self.position = 0

    def read(self, count: int) -> bytes:
        """Up to ``count`` bytes and at most one block; empty at the end of the file."""
        data = os.read(self._descriptor, min(count, BLOCK))
        self._sha256.update(data)
        self.position += len(data)
        self._meter.add(len(data))
        return data

    def blocks(self) -> Iterator[bytes]:
        """What is left of the file, a block at a time."""
        while data := self.read(BLOCK):
            yield data

    def share_with(self, destination: int) -> bool:
        """Whether the kernel copied the whole file to ``destination`` itself; if not, nothing was copied.

        The bytes then bypass :meth:`read`: the digest must be taken from the copy.
        """
        if not hasattr(os, "copy_file_range"):
            return False
        copied = 0
        while copied < self.size:
            try:
                count = os.copy_file_range(self._descriptor, destination, _KERNEL_COPY, copied, copied)
            except OSError as error:
                if copied or error.errno not in _NO_KERNEL_COPY:
                    raise
                return False
            if not count:
                break
            copied += count
        return True

    def count(self, copied: int) -> None:
        """Tells the meter of bytes that were copied without being read here."""
        self._meter.add(copied)

    def hexdigest(self) -> str:
        """SHA-256 (hex) of everything read; the whole file once :meth:`blocks` has ended."""
        return self._sha256.hexdigest()


@contextmanager
def opened(folder: Path, file: FoundFile, meter: Meter) -> Iterator[HashedFile]:
    """The file, opened without following a link at any step, and checked again on leaving.

    Raises:
        HostileInput: CERT-E023, a link stands in the way; CERT-E026, the file changed since it was listed.
        UsageError: CERT-E020, it may not be read.
    """
    try:
        descriptor = _open_beneath(folder, file.disk)
    except OSError as error:
        raise _cannot_open(file.path, error) from error
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode) or before.st_size != file.size:
            raise changed(file.path)
        yield HashedFile(descriptor, file.path, file.size, meter)
        if _stamp(os.fstat(descriptor)) != _stamp(before):
            raise changed(file.path)
    finally:
        os.close(descriptor)


def changed(path: str) -> HostileInput:
    """The error for a file that did not stand still."""
    return HostileInput(
        "CERT-E026",
        f"{path} changed while it was read",
        why="what was tested must be what is certified, to the byte",
        hint="stop whatever writes to the folder, then start again",
    )


def _open_beneath(folder: Path, disk: str) -> int:
    *above, name = disk.split("/")
    current = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in above:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=current)
            os.close(current)
            current = below
        # O_NONBLOCK: a pipe put in the file's place must not hang us.
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=current)
    finally:
        os.close(current)


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _cannot_open(path: str, error: OSError) -> CertifyError:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return HostileInput("CERT-E023", f"{path} is refused", why="it became a link after the folder was listed")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return changed(path)
    return UsageError("CERT-E020", f"{path} cannot be read: {error.strerror}", hint="check who may read it")
