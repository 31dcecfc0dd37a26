"""Training data on disk: which shards, and the identity of all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.dataset import DatasetIdentity, DigestSource
from certify.evidence.model import FileEntry
from certify.identify.files import FoundFile, list_files, safe_name
from certify.identify.hashing import digest_file
from certify.identify.manifest import Manifest
from certify.identify.reading import Meter, Progress


@dataclass(frozen=True)
class DatasetFolder:
    """Data at hand, as it was when it was read."""

    identity: DatasetIdentity
    """Which data it is."""
    manifest: Manifest
    """Every shard."""
    files: tuple[Path, ...]
    """Where the shards are, in the order of the manifest."""


def read_dataset(paths: Sequence[Path], name: str | None = None, *, progress: Progress | None = None) -> DatasetFolder:
    """The data in files and folders; a folder is taken whole, hub and version-control metadata aside.

    One folder is identified by the paths within it, so it may be moved. Of several, each shard is named
    by the last part of the path given, so that their order does not matter.

    Args:
        paths: files and folders.
        name: what its steward calls it; taken from the first path when absent.
        progress: called with bytes read and bytes in all.

    Raises:
        UsageError: CERT-E029, nothing there, or two shards of one name.
        HostileInput: CERT-E023 a link, CERT-E026 a shard changed while it was read.
    """
    if name is not None and not 0 < len(name) <= 300:
        raise _unusable("the name of the data is empty or longer than 300 characters", "choose a shorter name")
    if not paths:
        raise _unusable("no data was named", "give at least one file or folder")
    shards: dict[str, tuple[Path, FoundFile]] = {}
    for path in paths:
        for root, file in _shards(path, alone=len(paths) == 1):
            if file.path in shards:
                raise _unusable(f"two shards are called {file.path}", "rename one, or name the folder above both")
            shards[file.path] = (root, file)
    meter = Meter(sum(file.size for _, file in shards.values()), progress)
    manifest = Manifest.of(_digest(root, file, meter) for root, file in shards.values())
    identity = DatasetIdentity(
        name=name or paths[0].resolve().name or "data",
        identity=manifest.identity,
        shards=len(manifest.files),
        bytes=manifest.total_bytes,
        digest_source=DigestSource.RECOMPUTED,
    )
    places = (shards[entry.path] for entry in manifest.files)
    return DatasetFolder(identity, manifest, tuple(root / file.disk for root, file in places))


def _shards(path: Path, *, alone: bool) -> list[tuple[Path, FoundFile]]:
    if path.is_file():
        root = path.parent.resolve()
        return [(root, FoundFile(safe_name(path.name, root), path.name, path.lstat().st_size))]
    if not path.is_dir():
        raise _unusable(f"{path} does not exist", "check the path")
    root = path.resolve()
    try:
        found = list_files(root)
    except CertifyError as error:
        raise _without_model_hint(error) from error
    if not found:
        raise _unusable(f"{path} holds no files", "name the folder that holds the shards")
    if alone:
        return [(root, file) for file in found]
    above = root.parent
    return [(above, FoundFile(f"{root.name}/{file.path}", f"{root.name}/{file.disk}", file.size)) for file in found]


def _digest(root: Path, file: FoundFile, meter: Meter) -> FileEntry:
    try:
        return FileEntry(path=file.path, size=file.size, sha256=digest_file(root, file, meter))
    except CertifyError as error:
        raise _without_model_hint(error) from error


def _without_model_hint(error: CertifyError) -> CertifyError:
    if isinstance(error, HostileInput) and error.code == "CERT-E023":
        hint = "replace links by the files they stand for, and rename files with unsafe names"
        return HostileInput(error.code, error.what, why=error.why, hint=hint)
    if error.code == "CERT-E020":
        return _unusable(error.what, error.hint)
    return error


def _unusable(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E029", what, why="data is identified by its shards, so there must be some", hint=hint)
