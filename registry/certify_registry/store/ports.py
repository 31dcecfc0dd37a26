"""What a registry needs of its surroundings: a database, and a place for files. Everything else is the same everywhere.

registry/README.md tells in prose what both must guarantee; one suite of tests holds every implementation to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Database(Protocol):
    """Rows that are added and never changed, in transactions that are durable before they are acknowledged."""

    @property
    def place(self) -> str:
        """Where it is, for people; no passwords in it."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that sees one unchanging state."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """A connection that alone may write; all of the block is committed durably, or none."""
        ...

    def publishing(self) -> AbstractContextManager[None]:
        """The right to write the log's public files, held by one process at a time."""
        ...

    def migrate(self) -> None:
        """Bring the tables to the shape this version knows, where that is allowed."""
        ...

    def upgrade(self, connection: Connection) -> None:
        """``migrate`` within a transaction that is already open."""
        ...

    def problems(self, connection: Connection) -> Iterator[tuple[str, str]]:
        """What the database itself finds wrong with its content or shape: where, and what."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Objects(Protocol):
    """Bytes under names such as ``tile/0/000``: each whole or absent, whatever happens while it is written."""

    @property
    def place(self) -> str:
        """Where they are, for people."""
        ...

    def get(self, name: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes; FileNotFoundError where there is no such object."""
        ...

    def size_of(self, name: str) -> int | None:
        """Bytes of an object, or None where there is none."""
        ...

    def put_many(self, objects: Mapping[str, bytes], *, derived: bool = False) -> None:
        """Write or replace objects; they last when it returns.

        Derived ones can be worked out again: a power cut may cost them, but never leaves half of one.
        """
        ...

    def names(self, under: str) -> Iterator[str]:
        """The names of everything that begins with ``under`` and a slash, sorted; unfinished files are left out."""
        ...

    def remove(self, under: str) -> None:
        """Remove every object whose name begins with ``under`` and a slash."""
        ...

    def swap(self, name: str, old: bytes | None, new: bytes) -> bool:
        """Replace ``old`` (None: nothing there) by ``new``, durably, if nobody did so before; whether it was done."""
        ...
