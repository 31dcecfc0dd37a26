"""Which file systems keep their word about when a file changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

KEEPS_TIME = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs"})
"""Local file systems of Linux that stamp a file when it is written to, through a memory map included.

Left out on purpose: everything on a network (nfs, cifs, 9p, ceph, lustre, fuse.*), whose inodes and times are another
machine's word; overlay and aufs, whose inodes change with the layers; tmpfs, which writes through a memory map do not
stamp; vfat, exfat and ntfs, which have no time of the last change to the inode; whatever is not known.
"""

_TABLE = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


class FileSystems(Protocol):
    """Tells whether times on a file system can be believed."""

    def keeps_time(self, device: int, path: Path) -> bool:
        """Whether a file's stamp changes whenever the file does.

        Args:
            device: the file's device number.
            path: the file, without links.
        """
        ...


class Mount(NamedTuple):
    """One line of the table of mounts."""

    device: int
    """Device number."""
    point: PurePosixPath
    """Where it is mounted."""
    kind: str
    """Type of the file system."""


def read_mounts(table: str) -> tuple[Mount, ...]:
    """The mounts of a table, in its order; lines that are not understood are left out.

    Source: Linux, Documentation/filesystems/proc.rst, section 3.5 (/proc/<pid>/mountinfo).
    """
    return tuple(mount for line in table.splitlines() if (mount := _mount(line)) is not None)


class MountTable:
    """The answer of the running system; where there is no table, as outside Linux, nothing is believed."""

    def __init__(self, mounts: Iterable[Mount] | None = None) -> None:
        self._mounts = tuple(mounts) if mounts is not None else read_mounts(_read_table())

    def keeps_time(self, device: int, path: Path) -> bool:
        """Whether the file system under ``path``, and every one mounted from ``device``, is one that does.

        Both are asked, because btrfs gives files other device numbers than its mounts, and overlay may give them
        those of a layer.
        """
        return {mount.kind for mount in self._mounts if mount.device == device} | {self._kind_under(path)} <= KEEPS_TIME

    def _kind_under(self, path: Path) -> str:
        covering = [mount for mount in self._mounts if path.is_relative_to(mount.point)]
        # Of mounts over one place the last one counts.
        return max(reversed(covering), key=lambda mount: len(mount.point.parts)).kind if covering else ""


def _read_table() -> str:
    try:
        return _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _mount(line: str) -> Mount | None:
    fields = line.split(" ")
    try:
        major, _, minor = fields[2].partition(":")
        kind = fields[fields.index("-", 6) + 1]
        point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[4])
        return Mount(os.makedev(int(major), int(minor)), PurePosixPath(point), kind)
    except (IndexError, ValueError):
        return None
