"""The log's public files, as they go to whoever asks: the checkpoint and the tiles. Source: C2SP tlog-tiles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from certify_registry.log.publish import CHECKPOINT
from certify_registry.store.files import read_regular

MAX_TILE = 256 * (2 + 65535)
"""Bytes of the largest file: a full tile of the longest entries."""
TILE = re.compile(r"tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?")


class PublicFiles(Protocol):
    """Where the public files are."""

    def read(self, path: str) -> bytes | None:
        """The file at a path such as ``tile/0/x001/067``, or None; quick enough for the event loop."""
        ...

    def checkpoint_time(self) -> float | None:
        """The time of the last checkpoint, seconds since 1970, or None."""
        ...


class FolderFiles:
    """The public files of an embedded registry.

    Args:
        folder: the registry.
    """

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
