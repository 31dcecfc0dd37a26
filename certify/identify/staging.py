"""The copy of a model that an engine is shown: runtime files only, verified, read-only."""

from __future__ import annotations

from pathlib import Path

from certify.errors import HostileInput, UsageError
from certify.identify.copying import remove_folder, sync_folders, write_copy
from certify.identify.files import FoundFile
from certify.identify.manifest import Difference, DifferenceKind
from certify.identify.model import ModelFolder, refuse_differences, runtime_files
from certify.identify.present import PresentModel
from certify.identify.reading import Meter, Progress, changed, opened
from certify.identify.threads import each_file


def stage(model: ModelFolder | PresentModel, destination: Path, progress: Progress | None = None) -> Path:
    """A fresh folder with exactly the runtime files of the manifest, every byte checked on the way.

    Documentation stays behind, and so does anything that appeared since the model was read.
    On failure nothing is left at ``destination``.

    Args:
        model: what was identified.
        destination: a folder that does not exist yet; its parent does.
        progress: called with bytes copied and bytes in all.

    Raises:
        UsageError: CERT-E020, the destination exists.
        HostileInput: CERT-E026, a file is not as the manifest says.
        OSError: the disk is full or not writable.
    """
    if destination.exists():
        raise UsageError("CERT-E020", f"{destination} exists already", hint="name a folder that does not exist")
    on_disk = {file.path: file for file in runtime_files(model.folder, model.gguf)}
    meter = Meter(model.manifest.total_bytes, progress)
    destination.mkdir(mode=0o700)
    try:
        expected = {entry.path: entry.sha256 for entry in model.manifest.files}
        gone = next((path for path in expected if path not in on_disk), None)
        if gone is not None:
            raise changed(gone)
        files = [on_disk[path] for path in expected]
        each_file(files, lambda file: _copy(model.folder, file, destination, expected[file.path], meter), meter)
        sync_folders(destination)
    except BaseException:
        remove_folder(destination)
        raise
    return destination


def _copy(folder: Path, file: FoundFile, destination: Path, expected: str, meter: Meter) -> None:
    try:
        with opened(folder, file, meter) as source:
            digest = write_copy(source, destination / file.path)
    except HostileInput as error:
        if error.code != "CERT-E023":
            raise
        raise changed(file.path) from error
    if digest != expected:
        detail = f"SHA-256 {digest[:16]}... instead of {expected[:16]}..."
        refuse_differences([Difference(DifferenceKind.CHANGED, file.path, detail)])
