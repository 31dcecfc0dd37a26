"""Objects in a store such as S3: durable when it has answered, replaced under a condition where that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
_PARALLEL = 32
"""Requests under way at once; a store answers each slowly and many quickly."""


class RemoteObjects:
    """A store that obstore opens, which has to know conditional writes (S3, R2, GCS, Azure, memory).

    Args:
        store: the store, as ``obstore.store.from_url`` gives it.
        place: its address, for people.
    """

    def __init__(self, store: Any, place: str) -> None:
        self._store, self._place = store, place
        self._pool = ThreadPoolExecutor(_PARALLEL, "objects")
        self._tags: dict[str, tuple[bytes, Any]] = {}

    @classmethod
    def at(cls, address: str) -> RemoteObjects:
        """The store at an address such as ``s3://bucket/prefix``; credentials come from the environment."""
        from obstore.store import from_url

        return cls(from_url(address), address)

    @property
    def place(self) -> str:
        """The store's address."""
        return self._place

    def get(self, name: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes of an object.

        Raises:
            FileNotFoundError: there is none.
        """
        return self._fetch(name, limit)[0]

    def size_of(self, name: str) -> int | None:
        """Bytes of an object, or None where there is none."""
        import obstore

        try:
            return int(obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def put_many(self, objects: Mapping[str, bytes], *, derived: bool = False) -> None:
        """Write or replace objects, many at once; a store keeps derived ones as well as others."""
        import obstore

        self._each(lambda item: obstore.put(self._store, item[0], item[1]), list(objects.items()))

    def names(self, under: str) -> Iterator[str]:
        """The names of everything below a prefix, sorted as the store sorts them."""
        import obstore

        found = [entry["path"] for page in obstore.list(self._store, prefix=under) for entry in page]
        yield from sorted(found)

    def remove(self, under: str) -> None:
        """Remove everything below a prefix."""
        import obstore

        self._each(lambda name: obstore.delete(self._store, name), list(self.names(under)))

    def swap(self, name: str, old: bytes | None, new: bytes) -> bool:
        """Replace an object by a conditional write: If-None-Match for a first one, If-Match for a later one."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        mode: Any = "create"
        if old is not None:
            known = self._tags.get(name)
            if known is None or known[0] != old:
                try:
                    known = self._fetch(name, len(old))
                except FileNotFoundError:
                    return False
            if known[0] != old:
                return False
            mode = {"e_tag": known[1]}
        try:
            put = obstore.put(self._store, name, new, mode=mode)
        except (AlreadyExistsError, PreconditionError, FileNotFoundError):
            self._tags.pop(name, None)
            return False
        self._tags[name] = (new, put["e_tag"])
        return True

    def _fetch(self, name: str, limit: int) -> tuple[bytes, Any]:
        import obstore

        found = obstore.get(self._store, name)
        if int(found.meta["size"]) > limit:
            return bytes(obstore.get_range(self._store, name, start=0, end=limit + 1)), found.meta["e_tag"]
        return bytes(found.bytes()), found.meta["e_tag"]

    def _each(self, work: Callable[[Item], object], items: list[Item]) -> None:
        for done in [self._pool.submit(work, item) for item in items]:
            done.result()
