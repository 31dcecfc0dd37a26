"""The log's public files, as they go to whoever asks: the checkpoint and the tiles. Source: C2SP tlog-tiles."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from certify_registry.log.publish import CHECKPOINT
from certify_registry.store.files import read_regular
from certify_registry.store.folder import FolderObjects

MAX_TILE = 256 * (2 + 65535)
"""Bytes of the largest file: a full tile of the longest entries."""
FULL_TILE = 256 * 32
"""Bytes of a full tile of hashes."""
MOST_KEPT = 4096
"""Full tiles of hashes in memory, 32 MiB."""
TILE = re.compile(r"tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?")


def public_files(objects: Objects) -> PublicFiles:
    """The public files that lie among a registry's objects."""
    return FolderFiles(objects.folder) if isinstance(objects, FolderObjects) else ObjectFiles(objects)


class PublicFiles(Protocol):
    """Where the public files are."""

    @property
    def quick(self) -> bool:
        """Whether a file comes so soon that other requests may wait for it."""
        ...

    def read(self, path: str) -> bytes | None:
        """The file at a path such as ``tile/0/x001/067``, or None."""
        ...

    def checkpoint_time(self) -> float | None:
        """The time of the last checkpoint, seconds since 1970, or None."""
        ...


class FolderFiles:
    """The public files of an embedded registry.

    Args:
        folder: the registry.
    """

    quick = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """The file at a path; see ``PublicFiles``."""
        if path != CHECKPOINT and not TILE.fullmatch(path):
            return None
        try:
            return read_regular(self._folder / path, MAX_TILE)
        except OSError:
            return None

    def checkpoint_time(self) -> float | None:
        """The time of the last checkpoint; see ``PublicFiles``."""
        try:
            return (self._folder / CHECKPOINT).stat().st_mtime
        except OSError:
            return None


class Objects(Protocol):
    """Where files lie under names, such as a bucket."""

    def get(self, name: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes; FileNotFoundError where there is no such object."""
        ...


class ObjectFiles:
    """The public files of a registry whose files lie in a store of objects; full tiles are kept in memory.

    Args:
        objects: the store.
        clock: seconds since 1970; another one in tests.
    """

    quick = False

    def __init__(self, objects: Objects, clock: Callable[[], float] = time.time) -> None:
        self._objects, self._clock = objects, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._newest: tuple[bytes, float] | None = None

    def read(self, path: str) -> bytes | None:
        """The file at a path; see ``PublicFiles``."""
        if path != CHECKPOINT and not TILE.fullmatch(path):
            return None
        with self._lock:
            if (kept := self._kept.get(path)) is not None:
                self._kept.move_to_end(path)
                return kept
        try:
            data = self._objects.get(path, MAX_TILE)
        except FileNotFoundError:
            return None
        self._keep(path, data)
        return data

    def checkpoint_time(self) -> float | None:
        """When this server first saw the newest checkpoint; see ``PublicFiles``."""
        self.read(CHECKPOINT)
        return self._newest[1] if self._newest else None

    def _keep(self, path: str, data: bytes) -> None:
        with self._lock:
            if path == CHECKPOINT:
                if self._newest is None or self._newest[0] != data:
                    self._newest = (data, self._clock())
            elif ".p/" not in path and len(data) <= FULL_TILE:
                self._kept[path] = data
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
