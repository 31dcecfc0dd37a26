"""Shards in object stores (S3, Google Cloud Storage, Azure) and on web servers, through obstore."""

from __future__ import annotations

import fnmatch
import glob
import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

from certify.errors import EvidenceMissing, RegistryError, UsageError
from certify.scan.reading.losses import CHANGED, Damage
from certify.scan.shards import KINDS, Shard, is_readable, unknown_kind

_SCHEMES = frozenset({"s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl", "http", "https"})
_WEB = frozenset({"http", "https"})
_CHUNK = 4 << 20
_ACCESS = re.compile(r"://[^/@\s]*@|\?\S*")

T = TypeVar("T")


class RemoteObject:
    """One object, streamed; where it breaks off it is taken up again, as long as it is the same object.

    Raises:
        Damage: it cannot be reached.
        UsageError: CERT-E035, obstore is not installed.
    """

    def __init__(self, url: str, retries: int) -> None:
        self._store, self._key = _place(url)
        self._retries = retries
        self._meta = self._asked(lambda: _obstore().head(self._store, self._key))
        self.size, self.position = int(self._meta["size"]), 0
        self._sha256 = hashlib.sha256()
        self._chunks: Iterator[Any] | None = None
        self._left = memoryview(b"")

    def readinto(self, view: memoryview) -> int:
        """The next bytes, hashed."""
        if not self._left and self.position < self.size:
            self._left = self._asked(self._next)
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._sha256.update(view[:count])
        self._left = self._left[count:]
        self.position += count
        return count

    def _next(self) -> memoryview:
        try:
            if self._chunks is None:
                self._chunks = self._from(self.position)
            return memoryview(bytes(next(self._chunks, b"")))
        except Exception:
            self._chunks = None
            raise

    def _from(self, position: int) -> Iterator[Any]:
        options: dict[str, Any] = {"range": {"offset": position}} if position else {}
        if tag := self._meta.get("e_tag"):
            options["if_match"] = tag
        return iter(_obstore().get(self._store, self._key, options=options).stream(min_chunk_size=_CHUNK))

    def seekable(self) -> IO[bytes]:
        """A copy on disk, deleted when closed: tables are read from their end, and a network likes no leaps."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
        buffer = memoryview(bytearray(_CHUNK))
        while count := self.readinto(buffer):
            copy.write(buffer[:count])
        copy.seek(0)
        return cast(IO[bytes], copy)

    def window(self, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end``, fewer at the end of the object."""
        end = min(end, self.size)
        if start >= end:
            return b""
        return self._asked(lambda: bytes(_obstore().get_range(self._store, self._key, start=start, end=end)))

    def hexdigest(self) -> str:
        """SHA-256 (hex) of what was read."""
        return self._sha256.hexdigest()

    def changed(self) -> bool:
        """Whether tag, size or time of the object are others now, or more or less was read than there was."""
        now = self._asked(lambda: _obstore().head(self._store, self._key))
        return _stamp(now) != _stamp(self._meta) or self.position != self.size

    def close(self) -> None:
        """Ends the transfer."""
        self._chunks, self._left = None, memoryview(b"")

    def _asked(self, ask: Callable[[], T]) -> T:
        from obstore.exceptions import BaseError, PreconditionError

        for left in range(self._retries, -1, -1):
            try:
                return ask()
            except PreconditionError as error:
                raise Damage(CHANGED) from error
            except FileNotFoundError as error:
                raise Damage("is not there any more") from error
            except (BaseError, OSError, ValueError) as error:
                if not left:
                    raise Damage(f"cannot be read: {_plain(error)}") from error
        raise AssertionError("unreachable")


def find_objects(url: str) -> tuple[list[Shard], list[str]]:
    """The objects at a URL, below a prefix or matching a pattern, and the names of those that hold no text.

    Args:
        url: an object, or a bucket with or without a prefix; ``*``, ``?`` and ``[`` make the last parts a pattern.

    Raises:
        EvidenceMissing: CERT-E033, nothing is there.
        RegistryError: CERT-E461, the store does not answer.
        UsageError: CERT-E031, an object of a kind that is not read; CERT-E035; CERT-E460, no such kind of URL.
    """
    scheme = urlsplit(url).scheme.lower()
    if scheme not in _SCHEMES:
        what = f"{scheme}:// is no place the scan can read"
        raise UsageError("CERT-E460", what, "", "Give an s3://, gs://, az://, https:// or file:// URL, or a path.")
    if urlsplit(url).query:
        what = f"{_printed(url)} is followed by a query, which the scan does not send"
        raise UsageError("CERT-E460", what, "", "Fetch the file and name it by its path.")
    store, key = _place(url)
    pattern = scheme not in _WEB and glob.has_magic(key)
    prefix = re.split(r"[*?\[]", key, maxsplit=1)[0].rpartition("/")[0] if pattern else key.rstrip("/")
    try:
        single = None if pattern or not key or key.endswith("/") else _head(store, key)
        if single is not None:
            if not is_readable(key):
                raise unknown_kind(_printed(url))
            return [_shard(url, key, key.rpartition("/")[2], single)], []
        found = [] if scheme in _WEB else [meta for page in _obstore().list(store, prefix or None) for meta in page]
    except (_errors().BaseError, OSError, ValueError) as error:
        what = f"{_printed(url)} cannot be listed: {_plain(error)}"
        raise RegistryError("CERT-E461", what, "", "Check the address, the network and the credentials.") from error
    if pattern:
        found = [meta for meta in found if fnmatch.fnmatchcase(meta["path"], key)]
    if not found:
        raise EvidenceMissing("CERT-E033", f"{_printed(url)} is not there", "No object has that name.", KINDS)
    return _sorted_out(url, prefix, found)


def _sorted_out(url: str, prefix: str, found: list[Any]) -> tuple[list[Shard], list[str]]:
    shards, skipped = [], []
    for meta in sorted(found, key=lambda meta: str(meta["path"])):
        name = meta["path"].removeprefix(prefix).lstrip("/")
        if is_readable(name):
            shards.append(_shard(url, meta["path"], name, meta))
        else:
            skipped.append(name)
    return shards, skipped


def _shard(url: str, key: str, name: str, meta: Any) -> Shard:
    parts = urlsplit(url)
    whole = url if parts.scheme.lower() in _WEB else f"{parts.scheme}://{parts.netloc}/{key}"
    return Shard(name, Path(key), whole, int(meta["size"]), _stamp(meta))


def _stamp(meta: Any) -> str:
    return f"{meta['size']}-{meta['last_modified'].isoformat()}-{meta.get('e_tag') or ''}"


def _head(store: Any, key: str) -> Any:
    try:
        return _obstore().head(store, key)
    except FileNotFoundError:
        return None


def _place(url: str) -> tuple[Any, str]:
    """The store, and the key of the object in it."""
    parts = urlsplit(url)
    return _store(f"{parts.scheme}://{parts.netloc}"), unquote(parts.path).lstrip("/")


@lru_cache(maxsize=64)
def _store(url: str) -> Any:
    _obstore()
    from obstore.store import from_url

    options: Any = {"client_options": {"allow_http": True}} if url.startswith("http:") else {}
    return from_url(url, **options)


def _obstore() -> Any:
    try:
        import obstore
    except ImportError as error:
        what = "data in an object store cannot be read without the package obstore"
        raise UsageError("CERT-E035", what, "It is not installed.", "pip install 'certify-models[remote]'") from error
    return obstore


def _errors() -> Any:
    _obstore()
    from obstore import exceptions

    return exceptions


def _printed(url: str) -> str:
    """A URL without what grants access."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _plain(error: Exception) -> str:
    """The first line of an error, without what grants access."""
    return _ACCESS.sub("://", str(error).split("\n", maxsplit=1)[0])[:200]
