"""Compressed shards, unpacked a little at a time."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from certify.errors import CertifyError, UsageError
from certify.scan.reading.lines import Source
from certify.scan.reading.losses import Damage
from certify.scan.reading.stored import Stored

FREELY = 64 << 20
"""Bytes that come out whatever the ratio."""

MAX_RATIO = 1000
"""Bytes that may then come out of each byte that went in."""

_READ = 1 << 15
_SIP = 1 << 12
_WINDOW = 1 << 27
_MAX_MEMORY = 256 << 20
_BOMB = f"expands more than {MAX_RATIO:,} times, as no text does"


def unpacked(stored: Stored, compression: str) -> Source:
    """The bytes inside a shard.

    Args:
        stored: the shard.
        compression: ``""``, ``.gz``, ``.bz2``, ``.xz`` or ``.zst``.

    Raises:
        UsageError: CERT-E035, a package is not installed.
    """
    if not compression:
        return stored
    return _Bounded(_Members(stored, _MAKERS[compression]), stored)


class _Bounded:
    """Refuses what expands beyond all measure; every kind of damage comes out of it as Damage."""

    def __init__(self, inside: Source, stored: Stored) -> None:
        self._inside, self._stored, self._given = inside, stored, 0

    def readinto(self, view: memoryview) -> int:
        try:
            count = self._inside.readinto(view)
        except (Damage, CertifyError):
            raise
        except Exception as error:
            # Each library has error classes of its own, known only where it is installed.
            raise Damage(f"damaged: {error}") from error
        self._given += count
        if self._given > FREELY and self._given > MAX_RATIO * self._stored.position:
            raise Damage(_BOMB)
        return count


class _Members:
    """Streams one behind the other, as every one of these formats allows.

    Where one is damaged, what came out before is whole to within the 32 KiB that go in at once.
    """

    def __init__(self, stored: Stored, make: Callable[[], Any]) -> None:
        self._stored, self._make = stored, make
        self._current: Any = None
        self._pending = b""

    def readinto(self, view: memoryview) -> int:
        while self._current is not None or self._begin():
            given, self._pending = self._pending, b""
            if self._current.needs_input and not given and not (given := self._more()):
                raise EOFError("it ends in the middle of its compressed data")
            data = self._current.decompress(given, len(view))
            if self._current.eof:
                self._pending, self._current = self._current.unused_data.lstrip(b"\0"), None
            if data:
                view[: len(data)] = data
                return len(data)
        return 0

    def _begin(self) -> bool:
        """Whether another stream follows; zeros between two only fill up blocks."""
        while not self._pending:
            if not (more := self._more()):
                return False
            self._pending = more.lstrip(b"\0")
        self._current = self._make()
        return True

    def _more(self) -> bytes:
        buffer = memoryview(bytearray(_READ))
        return bytes(buffer[: self._stored.readinto(buffer)])


class _Frame:
    """One zstd frame, for which no library has a limit on what comes out: so little goes in at once."""

    needs_input = True
    unused_data = b""

    def __init__(self) -> None:
        self._inside = _optional("zstandard").ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        self._pending, self._out = b"", b""

    @property
    def eof(self) -> bool:
        return bool(self._inside.eof) and not self._out

    def decompress(self, data: bytes, limit: int) -> bytes:
        pending, ready = self._pending + data, [self._out]
        size, at = len(self._out), 0
        while size < limit and at < len(pending) and not self._inside.eof:
            ready.append(self._inside.decompress(pending[at : at + _SIP]))
            size += len(ready[-1])
            at += _SIP
        self._pending = pending[at:]
        if self._inside.eof:
            self.unused_data = self._inside.unused_data + self._pending
        out = b"".join(ready)
        self._out = out[limit:]
        self.needs_input = not self._out and not self._pending
        return out[:limit]


def _gzip() -> Any:
    igzip = _optional("isal.igzip_lib")
    return igzip.IgzipDecompressor(flag=igzip.DECOMP_GZIP)


def _bzip2() -> Any:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> Any:
    import lzma

    return lzma.LZMADecompressor(memlimit=_MAX_MEMORY)


_MAKERS: dict[str, Callable[[], Any]] = {".gz": _gzip, ".bz2": _bzip2, ".xz": _xz, ".zst": _Frame}


def _optional(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".", maxsplit=1)[0]
        what = f"this data cannot be read without the package {package}"
        raise UsageError("CERT-E035", what, "It is not installed.", "pip install 'certify-models[scan]'") from error
