"""The files that an OpenSSF model signature covers, read and digested the way it asks for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from certify.errors import UsageError
from certify.evidence.model import FileEntry, FileRole
from certify.identify.download import resolve_files
from certify.identify.files import MAX_FILES, FoundFile, list_files, safe_name
from certify.identify.oms import DEFAULT_IGNORED, Serialization, SignedFile
from certify.identify.reading import HashedFile, Meter, Progress, opened
from certify.identify.refusals import CODE, OTHER_WEIGHTS, UNSAFE_WEIGHTS, suffix
from certify.identify.roles import is_metadata, role_of
from certify.identify.threads import each_file

SETTINGS = frozenset({".json", ".jinja", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".model", ".sh", ".js"})
"""Suffixes of files that steer how a model is loaded or run."""


class Source(NamedTuple):
    """One file to digest."""

    folder: Path
    """Where the bytes are; another folder than the model's when a link led there."""
    file: FoundFile
    """The file in that folder."""
    name: str
    """Its path in the model, as the file system spells it."""


def covered_files(model: Path, ignored: Collection[str], *, follow_links: bool = False) -> tuple[Source, ...]:
    """Every file of a model that a signature has to cover.

    Args:
        model: a folder, or a model in one file.
        ignored: relative paths left out with everything below them.
        follow_links: whether links to files within the model, or into the blobs of its hub cache, count as files.

    Raises:
        UsageError: CERT-E020, there is no such model.
        HostileInput: CERT-E023, a link that is not to be followed, or an unsafe name.
    """
    if model.is_file() and not model.is_symlink():
        return (
            Source(model.parent, FoundFile(safe_name(model.name, model), model.name, model.stat().st_size), model.name),
        )
    if not model.is_dir():
        raise UsageError(
            "CERT-E020", f"{model} is not there", why="a model is a folder or a file", hint="check the path"
        )
    if not follow_links:
        return tuple(Source(model, file, file.disk) for file in list_files(model, skip=lambda path: path in ignored))
    found, _ = resolve_files(model, apart=lambda path: path in ignored)
    return tuple(_linked(model, path, real) for path, real in sorted(found.items()))


def digest_files(
    sources: Sequence[Source], serialization: Serialization, progress: Progress | None = None
) -> tuple[SignedFile, ...]:
    """Each file read once: its SHA-256, and the digests that the serialization asks for.

    Raises:
        UsageError: CERT-E010, blake3 is asked for and not installed; CERT-E020, a file may not be read.
        HostileInput: CERT-E023, CERT-E026, a link, or a file that changed while it was read.
    """
    meter = Meter(sum(source.file.size for source in sources), progress)
    by_file = {source.file: source for source in sources}
    return tuple(each_file(list(by_file), lambda file: _digest(by_file[file], serialization, meter), meter))


def runtime_files(files: Iterable[SignedFile]) -> list[SignedFile]:
    """Those of the files that an engine could read: what a model's identity covers."""
    return [
        file
        for file in files
        if not is_metadata(file.entry.path) and role_of(file.entry.path) is FileRole.RUNTIME
    ]  # fmt: skip


def ignored_at(model: Path, signature: Path, signed: Iterable[str] = ()) -> frozenset[str]:
    """Paths that are left out: the default ones, the signed ones, and the signature itself where it lies inside."""
    own = signature_inside(model, signature)
    return frozenset((*DEFAULT_IGNORED, *signed, *((own,) if own else ())))


def signature_inside(model: Path, signature: Path) -> str | None:
    """The signature's path within the model, or None when it lies elsewhere."""
    place = signature.parent.resolve() / signature.name
    inside = place.is_relative_to(model.resolve()) and place != model.resolve()
    return place.relative_to(model.resolve()).as_posix() if inside else None


def hidden_files(model: Path, ignored: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Ignored path to the files at or below it, for those that are there."""
    found = {path: _below(model, path) for path in sorted(ignored) if model.is_dir() and os.path.lexists(model / path)}
    return {path: files for path, files in found.items() if files}


def steers(path: str) -> bool:
    """Whether a file's name is that of code, weights or settings, which matter to whoever runs the model."""
    return suffix(path) in CODE | UNSAFE_WEIGHTS | OTHER_WEIGHTS | SETTINGS


def _below(model: Path, path: str) -> tuple[str, ...]:
    top = model / path
    if top.is_symlink() or not top.is_dir():
        return (path,)
    found: list[str] = []
    for where, folders, names in os.walk(top):
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        found += [(Path(where) / name).relative_to(model).as_posix() for name in (*names, *links)]
        if len(found) > MAX_FILES:
            break
    return tuple(sorted(found))


def _linked(model: Path, path: str, real: Path) -> Source:
    return Source(real.parent, FoundFile(safe_name(path, model), real.name, real.lstat().st_size), path)


def _digest(source: Source, serialization: Serialization, meter: Meter) -> SignedFile:
    with opened(source.folder, source.file, meter) as stream:
        digests = tuple(_ranges(stream, serialization)) if _needs_own(serialization) else _whole(stream)
    entry = FileEntry(path=source.file.path, size=stream.size, sha256=stream.hexdigest())
    return SignedFile(entry, source.name, digests)


def _needs_own(serialization: Serialization) -> bool:
    return serialization.hash_type != "sha256" or serialization.shard_size is not None


def _whole(stream: HashedFile) -> tuple[str, ...]:
    for _ in stream.blocks():
        pass
    return (stream.hexdigest(),)


def _ranges(stream: HashedFile, serialization: Serialization) -> Iterable[str]:
    size = serialization.shard_size
    hasher, left = _hasher(serialization.hash_type), size
    for block in stream.blocks():
        view = memoryview(block)
        while view:
            part = view if left is None else view[:left]
            hasher.update(part)
            view = view[len(part) :]
            left = None if left is None else left - len(part)
            if left == 0:
                yield hasher.hexdigest()
                hasher, left = _hasher(serialization.hash_type), size
    if size is None or left != size:
        yield hasher.hexdigest()


def _hasher(kind: str) -> Any:
    if kind != "blake3":
        return hashlib.new(kind)
    try:
        return import_module("blake3").blake3()
    except ModuleNotFoundError as error:
        raise UsageError(
            "CERT-E010",
            "blake3 is not installed, so this signature cannot be checked here",
            "the signer digested the files with BLAKE3",
            "pip install blake3",
        ) from error
