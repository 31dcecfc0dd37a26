"""Reading a file once: its bytes, its digest, and the certainty that it stood still meanwhile."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from certify.errors import CertifyError, HostileInput, UsageError
from certify.identify.files import FoundFile, Stamp, stamp_of

BLOCK = 1 << 20
"""Bytes per read."""

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KERNEL_COPY = 1 << 30
_NO_KERNEL_COPY = frozenset({errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF})

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


class Halted(Exception):
    """Another thread failed, so this one need not go on."""


class Meter:
    """Adds up the bytes of several files, in several threads, and tells a progress callback."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._done, self._told = total, progress, 0, -BLOCK
        self._lock, self._halted = threading.Lock(), False

    def add(self, count: int) -> None:
        """``count`` more bytes were read.

        Raises:
            Halted: :meth:`halt` was called.
        """
        if self._halted:
            raise Halted
        with self._lock:
            self._done += count
            if self._progress is not None and (self._done - self._told >= BLOCK or self._done >= self._total):
                self._told = self._done
                self._progress(self._done, self._total)

    def halt(self) -> None:
        """Ends the work of every thread that reports here, at its next block."""
        self._halted = True


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

    def drain(self) -> None:
        """Takes what is left of the file into the digest, through one buffer."""
        buffer = memoryview(bytearray(min(BLOCK, max(1, self.size))))
        while count := os.readv(self._descriptor, [buffer]):
            self._sha256.update(buffer[:count])
            self.position += count
            self._meter.add(count)

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
    with standing_still(folder, file) as descriptor:
        yield HashedFile(descriptor, file.path, file.size, meter)


@contextmanager
def standing_still(folder: Path, file: FoundFile) -> Iterator[int]:
    """The descriptor behind :func:`opened`, for whoever reads a file in an order of their own; raises the same."""
    with Folders(folder) as folders:
        descriptor = folders.open(file)
    try:
        before = checked(descriptor, file)
        yield descriptor
        if stamp_of(os.fstat(descriptor)) != before:
            raise changed(file.path)
    finally:
        os.close(descriptor)


def checked(descriptor: int, file: FoundFile) -> Stamp:
    """How an open file stands: a plain file, and just as it was listed.

    Raises:
        HostileInput: CERT-E026, it is another file, or changed since.
    """
    found = os.fstat(descriptor)
    stamp = stamp_of(found)
    if not stat.S_ISREG(found.st_mode) or found.st_size != file.size or file.stamp not in (None, stamp):
        raise changed(file.path)
    return stamp


def changed(path: str) -> HostileInput:
    """The error for a file that did not stand still."""
    return HostileInput(
        "CERT-E026",
        f"{path} changed while it was read",
        why="what was tested must be what is certified, to the byte",
        hint="stop whatever writes to the folder, then start again",
    )


class Folders:
    """The folders on the way to a file, none of them a link, kept open while files come in order."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: list[str] = []
        self._open: list[int] = []
        self._above: str | None = None

    def __enter__(self) -> Folders:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_to(-1)

    def open(self, file: FoundFile) -> int:
        """A descriptor of the file for reading; the caller closes it.

        Raises:
            HostileInput: CERT-E023, a link stands in the way; CERT-E026, the file is gone.
            UsageError: CERT-E020, it may not be read.
        """
        above, _, name = file.disk.rpartition("/")
        try:
            if above != self._above:
                self._enter(above)
            # O_NONBLOCK: a pipe put in the file's place must not hang us.
            return os.open(name, _FILE_FLAGS, dir_fd=self._open[-1])
        except OSError as error:
            raise _cannot_open(file.path, error) from error

    def _enter(self, above: str) -> None:
        names, self._above = above.split("/") if above else [], None
        pairs = zip(self._names, names, strict=False)
        shared = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._close_to(shared)
        if not self._open:
            self._open.append(os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        for name in names[shared:]:
            self._open.append(os.open(name, _FOLDER_FLAGS, dir_fd=self._open[-1]))
            self._names.append(name)
        self._above = above

    def _close_to(self, depth: int) -> None:
        """Leaves the root and ``depth`` folders below it open."""
        while len(self._open) > depth + 1:
            os.close(self._open.pop())
        del self._names[max(depth, 0) :]


def _cannot_open(path: str, error: OSError) -> CertifyError:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return HostileInput("CERT-E023", f"{path} is refused", why="it became a link after the folder was listed")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return changed(path)
    return UsageError("CERT-E020", f"{path} cannot be read: {error.strerror}", hint="check who may read it")
