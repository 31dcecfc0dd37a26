"""The files of an archive or folder that came from outside, read into memory under limits and never unpacked."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from certify.errors import HostileInput, UsageError
from certify.trust.bundle import MAX_BUNDLE

MAX_FILES = 200
"""Files in one parcel; a run has a dozen statements."""
MAX_PARCEL = 64 * 1024 * 1024
"""Bytes of all files of a parcel together, unpacked."""
_LISTED = b"PK\x01\x02"
"""Begins each line of an archive's table. Source: APPNOTE.TXT 6.3, section 4.3.12."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAX_ARCHIVE = MAX_PARCEL
"""Bytes of an archive as it lies on disk."""


def read_parcel(path: Path) -> list[tuple[str, bytes]]:
    """Name and content of every file in an archive, in a folder, or of the one file itself.

    Names are for messages: nothing is written under them. No link is followed.

    Raises:
        UsageError: CERT-E012, it is not there or cannot be read.
        HostileInput: CERT-E109, too many files or bytes, a link, a device, an encrypted file, a name that leads out
            of the archive, the same name twice, or a damaged archive.
    """
    try:
        kind = path.lstat().st_mode
        if stat.S_ISDIR(kind):
            return _limited(_of_folder(path))
        if not stat.S_ISREG(kind):
            raise _refused(path.name, "it is neither a file nor a folder")
        data = _read(path, MAX_ARCHIVE)
        return _limited(_of_archive(data)) if data[:4] == b"PK\x03\x04" else [(path.name, data)]
    except OSError as error:
        raise UsageError("CERT-E012", f"{path} cannot be read: {error.strerror or error}") from error


def _limited(parts: Iterator[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    found: dict[str, bytes] = {}
    total = 0
    for name, data in parts:
        total += len(data)
        if name in found:
            raise _refused(name, "the parcel holds two files of that name")
        if len(found) >= MAX_FILES or total > MAX_PARCEL:
            raise _refused(name, f"the parcel holds more than {MAX_FILES} files or {MAX_PARCEL} bytes")
        found[name] = data
    return list(found.items())


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files directly in a folder, and in folders directly in it."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            inner = sorted(os.scandir(entry.path), key=lambda one: one.name)
            yield from ((f"{entry.name}/{one.name}", _plain_file(one)) for one in inner)
        else:
            yield entry.name, _plain_file(entry)


def _plain_file(entry: os.DirEntry[str]) -> bytes:
    if not entry.is_file(follow_symlinks=False):
        raise _refused(entry.name, "it is not a plain file")
    return _read(Path(entry.path), MAX_BUNDLE)


def _read(path: Path, limit: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _refused(path.name, f"it is larger than {limit} bytes")
    return data


def _of_archive(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.count(_LISTED) > MAX_FILES:  # reading a table of a million lines takes a minute
        raise _refused("the archive", f"it lists more than {MAX_FILES} files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MAX_FILES:
                raise _refused("the archive", f"it lists more than {MAX_FILES} files")
            for entry in archive.infolist():
                if not entry.is_dir():
                    _check_entry(entry)
                    yield entry.filename, _unpacked(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _refused("the archive", f"it is damaged or of an unknown kind: {str(error)[:100]}") from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or ":" in entry.filename:
        raise _refused(entry.filename, "its name leads out of the archive")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _refused(entry.filename, "it is a link or a device, not a file")
    if entry.compress_type not in _PACKED:
        raise _refused(entry.filename, "it is packed in a way that no parcel is")
    if entry.flag_bits & 1:
        raise _refused(entry.filename, "it is encrypted")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The content, counted as it is unpacked: the size an archive states is its sender's word."""
    with archive.open(entry) as stream:
        data = stream.read(MAX_BUNDLE + 1)
    if len(data) > MAX_BUNDLE:
        raise _refused(entry.filename, f"it unpacks to more than {MAX_BUNDLE} bytes")
    return data


def _refused(name: str, why: str) -> HostileInput:
    return HostileInput(
        "CERT-E109",
        f"{name[:100]} cannot be taken: {why}",
        "a parcel from another machine is read as if a stranger had sent it",
        "ask its sender for the signed answer alone",
    )
