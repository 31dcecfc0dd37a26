"""A clean model folder out of an unmodified download."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from certify.errors import CertifyError, UsageError
from certify.evidence.model import ModelIdentity
from certify.identify.copying import remove_folder, sync_folders, write_copy
from certify.identify.download import Download, open_download
from certify.identify.model import read_model
from certify.identify.reading import Meter, Progress
from certify.identify.selection import LeftOut, select


class Prepared(NamedTuple):
    """What a clean folder holds."""

    kept: tuple[str, ...]
    """Paths copied, sorted."""
    left_out: tuple[LeftOut, ...]
    """Paths that stayed behind, each with the reason."""
    identity: ModelIdentity
    """The model in the clean folder."""


def prepare(source: Path, destination: Path, progress: Progress | None = None) -> Prepared:
    """Copies a download to a folder that :func:`~certify.identify.model.read_model` accepts.

    Links into the blobs of a hub cache become files. Weights in formats that can run code, programs,
    hub metadata and weights the model does not use stay behind. The destination appears whole or not at all.

    Args:
        source: a model folder, a snapshot in a hub cache, or the ``models--...`` folder around it.
        destination: a folder that does not exist or is empty.
        progress: called with bytes copied and bytes in all.

    Raises:
        UsageError: CERT-E020, the source is no model folder or the destination is taken.
        HostileInput: CERT-E021 only unsafe weights, CERT-E022 the model needs its own code, CERT-E023 a link
            out of the download, CERT-E027 an adapter, and whatever ``read_model`` refuses in the copy.
        OSError: the disk is full or not writable.
    """
    download = open_download(source)
    _refuse_destination(download.folder, destination)
    kept, left_out = select(download)
    destination.parent.mkdir(parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix=".certify-prepare-", dir=destination.parent.resolve()))
    try:
        _copy(download, kept, working, progress)
        identity = _checked(working, download.name)
        working.chmod(0o755)
        sync_folders(working)
        os.replace(working, destination)
    except BaseException:
        remove_folder(working)
        raise
    sync_folders(destination)
    return Prepared(kept, left_out, identity)


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


def _copy(download: Download, kept: tuple[str, ...], working: Path, progress: Progress | None) -> None:
    meter = Meter(sum(download.size(path) for path in kept), progress)
    for path in kept:
        with download.opened(path, meter) as source:
            write_copy(source, working / path)
        os.chmod(working / path, 0o644)


def _checked(working: Path, name: str) -> ModelIdentity:
    try:
        return read_model(working, name=name).identity
    except CertifyError as error:
        # The command that would prepare it again is no help, and its path is gone by now.
        hint = error.hint if "model prepare" not in error.hint else "download the model again from its publisher"
        what = error.what.replace(str(working), name)
        raise type(error)(error.code, what, why=error.why, hint=hint) from error
