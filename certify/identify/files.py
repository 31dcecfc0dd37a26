"""Every file of a folder, none of them through a link, under names that mean one thing everywhere."""

from __future__ import annotations

import os
import shlex
import stat
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from certify.errors import HostileInput, UsageError
from certify.identify.roles import is_metadata

MAX_FILES = 100_000
MAX_DEPTH = 32
MAX_PATH = 1000
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class FoundFile(NamedTuple):
    """One regular file."""

    path: str
    """Relative, forward slashes, Unicode NFC: the name that enters a manifest."""
    disk: str
    """The same path as the file system spells it."""
    size: int
    """Bytes when it was listed."""


def prepare_hint(folder: Path) -> str:
    """The command that makes a clean copy of ``folder``."""
    clean = folder.parent / f"{folder.name or 'model'}-clean"
    return f"certify model prepare {shlex.quote(str(folder))} {shlex.quote(str(clean))}"


def list_files(folder: Path, *, skip: Callable[[str], bool] = is_metadata) -> tuple[FoundFile, ...]:
    """Every regular file below ``folder``, sorted by the UTF-8 bytes of its path.

    Args:
        folder: an existing folder; it may itself be reached through a link.
        skip: relative paths that are left out, with everything below them.

    Raises:
        UsageError: CERT-E020, the folder cannot be read.
        HostileInput: CERT-E023, a link, a special file, an unsafe or ambiguous name, or too many files.
    """
    try:
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            found = sorted(_walk(root, (), folder, skip), key=lambda file: file.path.encode("utf-8"))
        finally:
            os.close(root)
    except OSError as error:
        raise UsageError("CERT-E020", f"{folder} cannot be read: {error.strerror}", hint="check the path") from error
    _refuse_ambiguous(found, folder)
    return tuple(found)


def _walk(descriptor: int, parts: tuple[str, ...], folder: Path, skip: Callable[[str], bool]) -> Iterator[FoundFile]:
    if len(parts) > MAX_DEPTH:
        raise _unsafe("/".join(parts[:3]) + "/...", f"it nests folders more than {MAX_DEPTH} deep", folder)
    with os.scandir(descriptor) as entries:
        for count, entry in enumerate(entries):
            if count > MAX_FILES:
                raise _unsafe("/".join(parts) or ".", f"it holds more than {MAX_FILES} entries", folder)
            disk = "/".join((*parts, entry.name))
            if skip(disk):
                continue
            path = safe_name(disk, folder)
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode):
                yield from _walk_below(descriptor, (*parts, entry.name), folder, skip)
            elif stat.S_ISREG(found.st_mode):
                yield FoundFile(path, disk, found.st_size)
            else:
                raise _not_plain(path, found.st_mode, folder)


def _walk_below(parent: int, parts: tuple[str, ...], folder: Path, skip: Callable[[str], bool]) -> Iterator[FoundFile]:
    below = os.open(parts[-1], _FOLDER_FLAGS, dir_fd=parent)
    try:
        yield from _walk(below, parts, folder, skip)
    finally:
        os.close(below)


def safe_name(disk: str, folder: Path) -> str:
    """The path as it enters a manifest: Unicode NFC.

    Raises:
        HostileInput: CERT-E023, a name that does not print, or means something else on another system.
    """
    shown = ascii(disk)
    try:
        disk.encode("utf-8")
    except UnicodeEncodeError:
        raise _unsafe(shown, "its name is not UTF-8", folder) from None
    if "\\" in disk:
        raise _unsafe(shown, "its name holds a backslash, which is a folder separator elsewhere", folder)
    if any(unicodedata.category(character) in _UNPRINTABLE for character in disk):
        raise _unsafe(shown, "its name holds a character that does not print", folder)
    path = unicodedata.normalize("NFC", disk)
    if len(path) > MAX_PATH:
        raise _unsafe(shown[:80] + "...", f"its path is longer than {MAX_PATH} characters", folder)
    return path


def _refuse_ambiguous(found: list[FoundFile], folder: Path) -> None:
    if len(found) > MAX_FILES:
        raise _unsafe(".", f"it holds more than {MAX_FILES} files", folder)
    seen: dict[str, str] = {}
    for file in found:
        parts = file.disk.split("/")
        for depth in range(1, len(parts) + 1):
            disk = "/".join(parts[:depth])
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", disk).casefold())
            other = seen.setdefault(folded, disk)
            if other != disk:
                raise _unsafe(ascii(disk), f"elsewhere its name is the same as {other!a}", folder)


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
