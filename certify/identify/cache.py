"""Digests remembered between runs, for files that have stood still since."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from certify.files import user_cache_folder
from certify.identify.files import FoundFile, Stamp
from certify.identify.hashing import Digest
from certify.identify.mounts import FileSystems, MountTable
from certify.identify.sharding import Sharded

SETTLED_SECONDS = 60
"""How long before it is read a file must last have changed for its digest to be remembered.

A file written again within one tick of the clock keeps its time, so what is too fresh proves nothing. Source: git,
Documentation/technical/racy-git.txt. A minute also outlasts a write through a memory map, whose pages are stamped anew
once they have been written back. Source: Linux, vm.dirty_expire_centisecs (30 s) and dirty_writeback_centisecs (5 s).
"""

NAME = "digests.sqlite"
_BUSY_SECONDS = 1.0
_TOGETHER = 500
_MAX_INTEGER = (1 << 63) - 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TABLE = """
CREATE TABLE IF NOT EXISTS digest (
    device INTEGER, inode INTEGER, size INTEGER, mtime INTEGER, ctime INTEGER,
    sha256 TEXT NOT NULL, shard_size INTEGER, shards TEXT, recorded INTEGER NOT NULL,
    PRIMARY KEY (device, inode)
) WITHOUT ROWID
"""
_FIND = (
    "SELECT device, inode, size, mtime, ctime, sha256, shard_size, shards FROM digest "
    "WHERE device = ? AND inode IN ({})"
)
_STORE = "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

T = TypeVar("T")
Place: TypeAlias = tuple[Path, FoundFile]
"""A file and the folder it was listed in."""


class DigestCache:
    """What files came to when they were last read, by device, inode, size and both times.

    A convenience and never evidence: whoever may write to the file can put anything into it. It never fails: a cache
    that is broken, locked, unwritable or somebody else's is one that knows nothing.

    Args:
        folder: where it lies; made with access for its owner alone.
        file_systems: which file systems are believed.
        clock: nanoseconds since 1970.
    """

    def __init__(
        self, folder: Path, *, file_systems: FileSystems | None = None, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._file = folder / NAME
        self._file_systems = file_systems or MountTable()
        self._devices: dict[int, bool] = {}
        self.clock = clock

    @classmethod
    def of_user(cls) -> DigestCache:
        """The cache of whoever runs this."""
        return cls(user_cache_folder())

    def find(self, files: Iterable[Place]) -> dict[Stamp, Digest]:
        """What is remembered of these files, by how each stood when it was read."""
        places: dict[int, list[Place]] = {}
        for place in files:
            if place[1].stamp is not None:
                places.setdefault(place[1].stamp[0], []).append(place)
        believed = {device: some for device, some in places.items() if self._keeps_time(device, *some[0])}

        def look(connection: sqlite3.Connection) -> dict[Stamp, Digest]:
            found: dict[Stamp, Digest] = {}
            for device, some in believed.items():
                for row in _rows(connection, device, [file.stamp[1] for _, file in some if file.stamp is not None]):
                    digest = _digest(*row[5:])
                    if digest is not None:
                        found[row[:5]] = digest
            return found

        return self._using(look, {})

    def store(self, read: Iterable[tuple[Place, Digest]], started: int) -> None:
        """Remembers files that had stood still for a while when reading began.

        Args:
            read: files as listed, with the digests of what was then read.
            started: the moment before the first was read, by :attr:`clock`.
        """
        settled = started - SETTLED_SECONDS * 1_000_000_000
        rows = (
            (*file.stamp, digest.sha256, *_columns(digest.sharded), started)
            for (root, file), digest in read
            if file.stamp is not None and max(file.stamp[3:]) < settled and self._believed(root, file)
        )

        def put(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany(_STORE, rows)

        self._using(put, None)

    def forget(self) -> None:
        """Forgets everything."""

        def clear(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("DELETE FROM digest")

        self._using(clear, None)

    def _believed(self, root: Path, file: FoundFile) -> bool:
        # What SQLite cannot hold, as times after 2262, is not remembered.
        if file.stamp is None or max(file.stamp) > _MAX_INTEGER:
            return False
        return self._keeps_time(file.stamp[0], root, file)

    def _keeps_time(self, device: int, root: Path, file: FoundFile) -> bool:
        if device not in self._devices:
            self._devices[device] = device <= _MAX_INTEGER and self._file_systems.keeps_time(device, root / file.disk)
        return self._devices[device]

    def _using(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What ``work`` gives, or ``otherwise`` where the cache cannot be used."""
        try:
            if not _is_ours(self._file):
                return otherwise
            with contextlib.closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS)) as connection:
                connection.execute(_TABLE)
                return work(connection)
        except (sqlite3.OperationalError, OSError):
            return otherwise  # locked, full, not writable
        except sqlite3.DatabaseError:
            _remove(self._file)  # not a database any more: the next run starts a new one
            return otherwise


def _is_ours(file: Path) -> bool:
    """Whether the file, made now if need be, and its folder belong to this user, and nobody else can write there."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    folder, found = file.parent.stat(), file.lstat()
    ours = all(one.st_uid == os.geteuid() and not one.st_mode & 0o022 for one in (folder, found))
    return ours and stat.S_ISREG(found.st_mode)


def _remove(file: Path) -> None:
    for name in (file, file.with_name(f"{file.name}-journal")):
        with contextlib.suppress(OSError):
            name.unlink()


def _columns(sharded: Sharded | None) -> tuple[int | None, str | None]:
    return (None, None) if sharded is None else (sharded.size, " ".join(sharded.digests))


def _rows(connection: sqlite3.Connection, device: int, inodes: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Rows of these inodes, some hundreds at a time: one question each would take most of the time."""
    ordered = sorted(inode for inode in inodes if inode <= _MAX_INTEGER)
    for start in range(0, len(ordered), _TOGETHER):
        some = ordered[start : start + _TOGETHER]
        yield from connection.execute(_FIND.format(",".join("?" * len(some))), (device, *some)).fetchall()


def _digest(sha256: Any, size: Any, shards: Any) -> Digest | None:
    """A row as a digest; None where it is none, whoever wrote it."""
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        return None
    if shards is None:
        return Digest(sha256)
    pieces = tuple(shards.split(" ")) if isinstance(shards, str) else ()
    whole = isinstance(size, int) and size > 0 and pieces and all(map(_SHA256.fullmatch, pieces))
    return Digest(sha256, Sharded(size, pieces)) if whole else None
