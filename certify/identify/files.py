"""Every file of a folder, none of them through a link, under names that mean one thing everywhere."""

from __future__ import annotations

import os
import shlex
import stat
import unicodedata
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeAlias

from certify.errors import HostileInput, UsageError
from certify.identify.roles import is_metadata

MAX_FILES = 100_000
"""Files of a model folder, and the longest manifest that is printed whole."""
MAX_SHARDS = 20_000_000
"""Files of a data folder; the lists of them take about 1.3 KB of memory each."""
MAX_DEPTH = 32
MAX_PATH = 1000
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Stamp: TypeAlias = tuple[int, int, int, int, int]
"""Device, inode, size in bytes, and the times of the last change to content and to the inode in nanoseconds."""


class FoundFile(NamedTuple):
    """One regular file."""

    path: str
    """Relative, forward slashes, Unicode NFC: the name that enters a manifest."""
    disk: str
    """The same path as the file system spells it."""
    size: int
    """Bytes when it was listed."""
    stamp: Stamp | None = None
    """How it stood when it was listed; absent where nobody looked."""


def stamp_of(found: os.stat_result) -> Stamp:
    """What changes when a file does. Only root, or a changed clock, can give a changed file its old ``ctime``."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def prepare_hint(folder: Path) -> str:
    """The command that makes a clean copy of ``folder``."""
    clean = folder.parent / f"{folder.name or 'model'}-clean"
    return f"certify model prepare {shlex.quote(str(folder))} {shlex.quote(str(clean))}"


def list_files(
    folder: Path, *, skip: Callable[[str], bool] = is_metadata, limit: int = MAX_FILES
) -> tuple[FoundFile, ...]:
    """Every regular file below ``folder``, sorted by the UTF-8 bytes of its path.

    Args:
        folder: an existing folder; it may itself be reached through a link.
        skip: relative paths that are left out, with everything below them.
        limit: files it may hold.

    Raises:
        UsageError: CERT-E020, the folder cannot be read.
        HostileInput: CERT-E023, a link, a special file, an unsafe or ambiguous name, or too many files.
    """
    try:
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            walk = _Walk(folder, skip, limit)
            walk.into(root, ())
        finally:
            os.close(root)
    except OSError as error:
        raise UsageError("CERT-E020", f"{folder} cannot be read: {error.strerror}", hint="check the path") from error
    # Python orders text by code points, and UTF-8 keeps that order.
    return tuple(sorted(walk.found, key=itemgetter(0)))


class _Walk:
    """Collects the files of a folder, each folder read through its own descriptor."""

    def __init__(self, folder: Path, skip: Callable[[str], bool], limit: int) -> None:
        self._folder, self._skip, self._limit = folder, skip, limit
        self.found: list[FoundFile] = []

    def into(self, descriptor: int, parts: tuple[str, ...]) -> None:
        if len(parts) > MAX_DEPTH:
            raise _unsafe("/".join(parts[:3]) + "/...", f"it nests folders more than {MAX_DEPTH} deep", self._folder)
        above, seen = "".join(f"{part}/" for part in parts), dict[str, str]()
        with os.scandir(descriptor) as entries:
            for count, entry in enumerate(entries):
                if count > self._limit:
                    raise _unsafe(above or ".", f"it holds more than {self._limit} entries", self._folder)
                disk = above + entry.name
                if not self._skip(disk) and self._take(descriptor, parts, entry, disk):
                    self._refuse_ambiguous(seen, entry.name, disk)

    def _take(self, descriptor: int, parts: tuple[str, ...], entry: os.DirEntry[str], disk: str) -> bool:
        """Whether a file was found in this entry."""
        path, found, before = safe_name(disk, self._folder), entry.stat(follow_symlinks=False), len(self.found)
        if stat.S_ISREG(found.st_mode):
            self.found.append(FoundFile(path, disk, found.st_size, stamp_of(found)))
            if len(self.found) > self._limit:
                raise _unsafe(".", f"it holds more than {self._limit} files", self._folder)
        elif stat.S_ISDIR(found.st_mode):
            below = os.open(entry.name, _FOLDER_FLAGS, dir_fd=descriptor)
            try:
                self.into(below, (*parts, entry.name))
            finally:
                os.close(below)
        else:
            raise _not_plain(path, found.st_mode, self._folder)
        return len(self.found) > before

    def _refuse_ambiguous(self, seen: dict[str, str], name: str, disk: str) -> None:
        folded = name.lower() if name.isascii() else _nfc(_nfc(name).casefold())
        other = seen.setdefault(folded, disk)
        if other != disk:
            first, second = sorted((other, disk))
            raise _unsafe(ascii(second), f"elsewhere its name is the same as {first!a}", self._folder)


def safe_name(disk: str, folder: Path) -> str:
    """The path as it enters a manifest: Unicode NFC.

    Raises:
        HostileInput: CERT-E023, a name that does not print, or means something else on another system.
    """
    if disk.isascii() and disk.isprintable() and "\\" not in disk and len(disk) <= MAX_PATH:
        return disk
    shown = ascii(disk)
    try:
        disk.encode("utf-8")
    except UnicodeEncodeError:
        raise _unsafe(shown, "its name is not UTF-8", folder) from None
    if "\\" in disk:
        raise _unsafe(shown, "its name holds a backslash, which is a folder separator elsewhere", folder)
    if any(unicodedata.category(character) in _UNPRINTABLE for character in disk):
        raise _unsafe(shown, "its name holds a character that does not print", folder)
    path = _nfc(disk)
    if len(path) > MAX_PATH:
        raise _unsafe(shown[:80] + "...", f"its path is longer than {MAX_PATH} characters", folder)
    return path


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _not_plain(path: str, mode: int, folder: Path) -> HostileInput:
    if not stat.S_ISLNK(mode):
        return _unsafe(path, "it is a device, socket or pipe, not a file", folder)
    try:
        target = os.readlink(folder / path)
        outside = not (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        target, outside = "nothing readable", True
    where = "out of the folder" if outside else "to another name"
    return _unsafe(path, f"it is a link {where} ({target!a}), and what it points to can be exchanged", folder)


def _unsafe(path: str, why: str, folder: Path) -> HostileInput:
    return HostileInput("CERT-E023", f"{path} is refused", why=why, hint=prepare_hint(folder))
