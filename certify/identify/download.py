"""A download as the hub's tools leave it: plain files, or links from a snapshot into the blobs of a cache."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from certify.errors import HostileInput, UsageError
from certify.identify.files import FoundFile, safe_name
from certify.identify.reading import HashedFile, Meter, opened
from certify.identify.roles import is_metadata

MAX_ENTRIES = 100_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Download:
    """Files of a download, links resolved to the file they stand for."""

    folder: Path
    """The folder with config.json."""
    name: str
    """What the model is called, as far as the folders say."""
    files: Mapping[str, Path]
    """Relative path to the real file."""
    metadata: tuple[str, ...]
    """Relative paths of hub and version-control metadata."""

    def size(self, path: str) -> int:
        """Bytes of one file."""
        return self.files[path].stat().st_size

    def claimed_sha256(self, path: str) -> str | None:
        """What the hub says the file's SHA-256 is, where a cache keeps it under that name; nobody has checked it.

        Source: huggingface_hub, cache layout: a large file's blob is named by the SHA-256 of its content, a small
        one's by its git id.
        """
        real = self.files[path]
        in_cache = real.parent.name == "blobs" and not real.is_relative_to(self.folder.resolve())
        return real.name if in_cache and _SHA256.fullmatch(real.name) else None

    def opened(self, path: str, meter: Meter) -> AbstractContextManager[HashedFile]:
        """One file, open for reading."""
        real = self.files[path]
        return opened(real.parent, FoundFile(path, real.name, real.lstat().st_size), meter)


def open_download(source: Path) -> Download:
    """The files of a download.

    Raises:
        UsageError: CERT-E020, there is no such folder, or a cache with several snapshots.
        HostileInput: CERT-E023, a link leads out of the download, or a name is unsafe.
    """
    folder = _snapshot(source)
    if not folder.is_dir():
        raise UsageError("CERT-E020", f"{source} is not a folder", why="a model is a folder with its files")
    cache = _cache_root(folder.resolve())
    files, metadata = resolve_files(folder, apart=is_metadata)
    name = cache.name.removeprefix("models--").replace("--", "/") if cache else folder.resolve().name
    return Download(folder, name or "model", {safe_name(path, folder): real for path, real in files.items()}, metadata)


def resolve_files(folder: Path, *, apart: Callable[[str], bool]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """(relative path to the real file behind it, paths set apart), links followed within the download alone.

    Args:
        folder: an existing folder; of a snapshot in a hub cache the blobs belong to the download too.
        apart: relative paths that are only named, with everything below them.

    Raises:
        HostileInput: CERT-E023, a link leads out of the download or to a folder.
    """
    cache = _cache_root(folder.resolve())
    allowed = [folder.resolve()] + ([cache / "blobs"] if cache else [])
    files: dict[str, Path] = {}
    named: list[str] = []
    for path, entry in _walk(folder, apart):
        if apart(path):
            named.append(path)
        else:
            files[path] = _real(path, entry, allowed)
    return files, tuple(sorted(named))


def _snapshot(source: Path) -> Path:
    snapshots = source / "snapshots"
    if not (source.name.startswith("models--") and snapshots.is_dir()):
        return source
    main = source / "refs" / "main"
    named = (
        main.read_text(encoding="utf-8", errors="replace").strip()
        if main.is_file() and main.stat().st_size < 200
        else ""
    )
    found = sorted(path for path in snapshots.iterdir() if path.is_dir() and not path.is_symlink())
    chosen = [path for path in found if path.name == named] or found
    if len(chosen) != 1:
        raise UsageError(
            "CERT-E020",
            f"{source} holds {len(found)} snapshots",
            why="which of them is meant is not recorded",
            hint=f"name one of the folders in {snapshots}",
        )
    return chosen[0]


def _cache_root(folder: Path) -> Path | None:
    for above in folder.parents:
        if above.name.startswith("models--") and folder.relative_to(above).parts[0] == "snapshots":
            return above
    return None


def _walk(folder: Path, apart: Callable[[str], bool]) -> Iterator[tuple[str, Path]]:
    waiting, count = [folder], 0
    while waiting:
        for entry in os.scandir(waiting.pop()):
            count += 1
            path = Path(entry.path).relative_to(folder).as_posix()
            if count > MAX_ENTRIES:
                raise _refused(path, f"the download holds more than {MAX_ENTRIES} entries")
            if entry.is_dir(follow_symlinks=False) and not apart(path):
                waiting.append(Path(entry.path))
            else:
                yield path, Path(entry.path)


def _real(path: str, entry: Path, allowed: list[Path]) -> Path:
    try:
        real = entry.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise _refused(path, "it is a link to nothing") from error
    if entry.is_symlink() and not any(real.is_relative_to(folder) for folder in allowed):
        raise _refused(path, "it is a link out of the download")
    if not stat.S_ISREG(real.lstat().st_mode):
        raise _refused(path, "it is not a plain file")
    return real


def _refused(path: str, why: str) -> HostileInput:
    hint = "copy the file itself into the folder if it belongs there, or delete the link"
    return HostileInput("CERT-E023", f"{path!a} is refused", why=why, hint=hint)
