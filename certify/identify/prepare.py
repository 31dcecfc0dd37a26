"""A clean model folder out of an unmodified download."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.canonical import sha256_hex
from certify.evidence.model import FileEntry, ModelIdentity
from certify.identify.built_in import Stripped
from certify.identify.copying import remove_folder, sync_folders, write_bytes, write_copy
from certify.identify.download import Download, open_download
from certify.identify.model import read_model
from certify.identify.reading import Meter, Progress, changed
from certify.identify.selection import LeftOut, Selection, select


class CopiedFile(NamedTuple):
    """One file of the download and what it became."""

    source: FileEntry
    """As it was read in the download."""
    prepared: FileEntry
    """As it stands in the clean folder."""
    claimed: str | None
    """SHA-256 by which the hub's cache calls it; equal to the one read, or it would have been refused."""
    change: str | None
    """What was changed in it; None for a plain copy."""


class Prepared(NamedTuple):
    """What a clean folder holds."""

    name: str
    """What the download is called."""
    files: tuple[CopiedFile, ...]
    """Files copied, sorted by path."""
    left_out: tuple[LeftOut, ...]
    """Paths that stayed behind, each with the reason."""
    identity: ModelIdentity
    """The model in the clean folder."""

    @property
    def kept(self) -> tuple[str, ...]:
        """Paths copied, sorted."""
        return tuple(file.prepared.path for file in self.files)

    @property
    def changed(self) -> tuple[CopiedFile, ...]:
        """Files whose copy differs from the download."""
        return tuple(file for file in self.files if file.change is not None)


def prepare(source: Path, destination: Path, progress: Progress | None = None) -> Prepared:
    """Copies a download to a folder that :func:`~certify.identify.model.read_model` accepts.

    Links into the blobs of a hub cache become files. Weights in formats that can run code, programs,
    hub metadata and weights the model does not use stay behind. A configuration loses its ``auto_map`` where the
    architecture is built into the engine. The destination appears whole or not at all.

    Args:
        source: a model folder, a snapshot in a hub cache, or the ``models--...`` folder around it.
        destination: a folder that does not exist or is empty.
        progress: called with bytes copied and bytes in all.

    Raises:
        UsageError: CERT-E020, the source is no model folder or the destination is taken.
        HostileInput: CERT-E021 only unsafe weights, CERT-E022 the model needs its own code, CERT-E023 a link
            out of the download, CERT-E026 a file that is not what the hub's cache calls it, CERT-E027 an adapter,
            and whatever ``read_model`` refuses in the copy.
        OSError: the disk is full or not writable.
    """
    download = open_download(source)
    _refuse_destination(download.folder, destination)
    selection = select(download)
    destination.parent.mkdir(parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix=".certify-prepare-", dir=destination.parent.resolve()))
    try:
        files = _copy(download, selection, working, progress)
        identity = _checked(working, download.name)
        working.chmod(0o755)
        sync_folders(working)
        os.replace(working, destination)
    except BaseException:
        remove_folder(working)
        raise
    sync_folders(destination)
    return Prepared(download.name, files, selection.left_out, identity)


def _refuse_destination(source: Path, destination: Path) -> None:
    why = ""
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        why = "it is not a folder"
    elif destination.is_dir() and any(destination.iterdir()):
        why = "it is not empty"
    elif destination.resolve().is_relative_to(source.resolve()):
        why = "it lies inside the source, which would then contain itself"
    if why:
        raise UsageError("CERT-E020", f"{destination} cannot take the copy", why=why, hint="name a new folder")


def _copy(download: Download, selection: Selection, working: Path, progress: Progress | None) -> tuple[CopiedFile, ...]:
    meter = Meter(sum(download.size(path) for path in selection.kept), progress)
    return tuple(_copy_one(download, path, selection.rewritten.get(path), working, meter) for path in selection.kept)


def _copy_one(download: Download, path: str, stripped: Stripped | None, working: Path, meter: Meter) -> CopiedFile:
    target = working / path
    with download.opened(path, meter) as source:
        digest = write_copy(source, target)
        original = FileEntry(path=path, size=source.size, sha256=digest)
    claimed = download.claimed_sha256(path)
    if claimed not in (None, digest):
        raise _not_as_downloaded(path, str(claimed), digest)
    if stripped is not None:
        if stripped.original != digest:
            raise changed(path)
        target.unlink()
        write_bytes(stripped.data, target)
    target.chmod(0o644)
    if stripped is None:
        return CopiedFile(original, original, claimed, None)
    shorter = FileEntry(path=path, size=len(stripped.data), sha256=sha256_hex(stripped.data))
    return CopiedFile(original, shorter, claimed, stripped.why)


def _not_as_downloaded(path: str, claimed: str, digest: str) -> HostileInput:
    return HostileInput(
        "CERT-E026",
        f"{path} is not the file that the hub's cache says it is",
        why=f"its SHA-256 is {digest}, the cache calls it {claimed}: it was damaged or exchanged after the download",
        hint="delete it from the cache and download it again",
    )


def _checked(working: Path, name: str) -> ModelIdentity:
    try:
        return read_model(working, name=name).identity
    except CertifyError as error:
        # The command that would prepare it again is no help, and its path is gone by now.
        hint = error.hint if "model prepare" not in error.hint else "download the model again from its publisher"
        what = error.what.replace(str(working), name)
        raise type(error)(error.code, what, why=error.why, hint=hint) from error
