"""A shard as it is stored: read once from its beginning, hashed on the way, and watched for changes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import time
from collections.abc import Callable
from typing import IO, Any, Protocol, TypeVar, cast

from certify.scan.reading.losses import Damage
from certify.scan.shards import Shard, stamp_of

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PASSING = frozenset({errno.EIO, errno.EAGAIN, errno.ESTALE, errno.ETIMEDOUT, errno.EREMOTEIO, errno.ECONNRESET})
_PAUSE_SECONDS = 0.05
_AT_ONCE = 1 << 20

T = TypeVar("T")


class Stored(Protocol):
    """What a reader needs of the place where a shard lies."""

    size: int
    """Bytes in all."""
    position: int
    """Bytes read, and hashed, so far."""

    def readinto(self, view: memoryview) -> int:
        """The next bytes into the beginning of ``view``; how many, 0 at the end. Raises Damage."""

    def seekable(self) -> IO[bytes]:
        """The shard as a file to be read in any order, which hashes nothing. Raises Damage."""

    def window(self, start: int, end: int) -> bytes:
        """Some of its bytes, outside the order and the digest. Raises Damage."""

    def hexdigest(self) -> str:
        """SHA-256 of the bytes read so far."""

    def changed(self) -> bool:
        """Whether it is another than when it was opened."""

    def close(self) -> None:
        """Lets go of it."""


class LocalFile:
    """A regular file; no link is followed.

    Raises:
        Damage: it cannot be opened.
    """

    def __init__(self, shard: Shard, retries: int) -> None:
        self._retries = retries
        self._sha256 = hashlib.sha256()
        self.position = 0
        try:
            self._descriptor = os.open(shard.path, _FLAGS)
        except OSError as error:
            raise Damage(f"cannot be opened: {error.strerror}") from error
        found = os.fstat(self._descriptor)
        self.size, self._stamp = found.st_size, stamp_of(found)
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise Damage("is no regular file")

    def readinto(self, view: memoryview) -> int:
        """The next bytes, hashed; a read that fails is tried again a few times."""
        count = _insist(lambda: os.preadv(self._descriptor, [view], self.position), self._retries)
        self._sha256.update(view[:count])
        self.position += count
        return count

    def seekable(self) -> IO[bytes]:
        """The open file with a position of its own."""
        return in_any_order(self)

    def window(self, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end``, fewer at the end of the file."""
        return _insist(lambda: os.pread(self._descriptor, end - start, start), self._retries)

    def hexdigest(self) -> str:
        """SHA-256 (hex) of what was read."""
        return self._sha256.hexdigest()

    def changed(self) -> bool:
        """Whether size, times or inode moved, or more or less was read than there was."""
        return stamp_of(os.fstat(self._descriptor)) != self._stamp or self.position != self.size

    def close(self) -> None:
        """Closes it."""
        os.close(self._descriptor)


class _Positioned(io.RawIOBase):
    def __init__(self, stored: Stored) -> None:
        self._stored, self._at = stored, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._stored.size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._stored.window(self._at, self._at + len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def in_any_order(stored: Stored) -> IO[bytes]:
    """A shard as a file that is read where it lies and hashes nothing."""
    return cast(IO[bytes], io.BufferedReader(_Positioned(stored), _AT_ONCE))


def _insist(read: Callable[[], T], retries: int) -> T:
    """What ``read`` gives, tried again where the disk or the network behind it may yet answer."""
    for left in range(retries, -1, -1):
        try:
            return read()
        except OSError as error:
            if not left or error.errno not in _PASSING:
                raise Damage(f"cannot be read: {error.strerror or error}") from error
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("unreachable")


def open_stored(shard: Shard, retries: int) -> Stored:
    """The shard where it lies.

    Args:
        shard: a file or an object.
        retries: how often a read that failed is tried again.

    Raises:
        Damage: it cannot be opened.
        UsageError: CERT-E035, obstore is not installed.
    """
    if shard.url is None:
        return LocalFile(shard, retries)
    from certify.scan.reading.remote import RemoteObject

    return RemoteObject(shard.url, retries)


def advance(stored: Stored, position: int | None = None) -> None:
    """Reads, and so hashes, up to ``position`` or to the end. Raises Damage."""
    end = stored.size + 1 if position is None else min(position, stored.size)
    buffer = memoryview(bytearray(_AT_ONCE))
    while stored.position < end:
        if not stored.readinto(buffer[: min(_AT_ONCE, end - stored.position)]):
            return
