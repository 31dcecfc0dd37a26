"""Objects as files of a folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from certify_registry.store.files import MANY, TEMPORARY, read_regular, write_all, write_derived, write_whole


class FolderObjects:
    """The files below a folder; an object's name is its path.

    Args:
        folder: made when the first object is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    def get(self, name: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes of a file.

        Raises:
            OSError: no such file, or a symbolic link.
        """
        return read_regular(self.folder / name, limit)

    def size_of(self, name: str) -> int | None:
        """Bytes of a file, or None where there is none."""
        try:
            found = os.stat(f"{self.folder}/{name}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def put_many(self, objects: Mapping[str, bytes], *, derived: bool = False) -> None:
        """Write or replace files.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        if derived and len(objects) < MANY:
            write_derived({self.folder / name: data for name, data in objects.items()})
        elif len(objects) == 1:
            ((name, data),) = objects.items()
            write_whole(self.folder / name, data)
        elif objects:
            folder = str(self.folder)
            write_all(self.folder, {f"{folder}/{name}": data for name, data in objects.items()})

    def names(self, under: str) -> Iterator[str]:
        """The paths of all files and links below a folder, sorted."""
        for path in sorted((self.folder / under).rglob("*")):
            if path.name.startswith(TEMPORARY) or (path.is_dir() and not path.is_symlink()):
                continue
            yield path.relative_to(self.folder).as_posix()

    def remove(self, under: str) -> None:
        """Remove a folder, as far as that is possible."""
        shutil.rmtree(self.folder / under, ignore_errors=True)

    def swap(self, name: str, old: bytes | None, new: bytes) -> bool:
        """Replace a file's content if it is still ``old``; processes on one machine cannot overtake each other."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(path.parent):
            try:
                found = read_regular(path, len(old or b""))
            except FileNotFoundError:
                found = None
            if found != old:
                return False
            write_whole(path, new)
            return True


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Keep other processes from swapping files of a folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
