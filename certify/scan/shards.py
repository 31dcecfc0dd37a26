"""Which files and objects of the corpus are scanned."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from certify.errors import EvidenceMissing, HostileInput, UsageError

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_TEXTS = (".jsonl", ".ndjson", ".json", ".txt", ".md")
SUFFIXES = (*_TEXTS, *(kind + packed for kind in _TEXTS for packed in COMPRESSIONS), ".parquet", ".arrow")
KINDS = (
    f"Give files ending in {', '.join(_TEXTS)}, each also with {', '.join(COMPRESSIONS[:-1])} or {COMPRESSIONS[-1]} "
    "behind it, in .parquet or .arrow, or folders that hold them."
)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Shard(NamedTuple):
    """One file of the corpus."""

    name: str
    """Its path inside the folder given, or its file name."""
    path: Path
    """Where it lies; for an object in a store its key."""
    url: str | None = None
    """Where it lies when it is no local file; may hold what grants access, so it is never printed."""
    size: int | None = None
    """Bytes as stored when it was listed."""
    stamp: str = ""
    """What changes whenever the file does: size, both times and inode, or size, time and tag of an object."""


def find_shards(data: Sequence[Path | str]) -> tuple[list[Shard], list[str]]:
    """The shards in what was given, and the names of files in folders that cannot hold text.

    Args:
        data: files, folders, patterns such as ``data/*.parquet`` and URLs such as ``s3://bucket/prefix``; what is
            given twice is scanned once.

    Raises:
        EvidenceMissing: CERT-E033, a path that is not there, or nothing to scan.
        HostileInput: CERT-E032, a symbolic link or something that is no regular file.
        RegistryError: CERT-E461, a store that does not answer.
        UsageError: CERT-E031, a file named by itself whose kind is unknown; CERT-E035, obstore is not installed;
            CERT-E460, a URL of an unknown kind.
    """
    shards: list[Shard] = []
    skipped: list[str] = []
    for given in data:
        if _URL.match(str(given)) and not str(given).lower().startswith("file://"):
            from certify.scan.reading.remote import find_objects

            found, others = find_objects(str(given))
            shards += found
            skipped += others
            continue
        for path in _matching(given):
            if path.is_dir() and not path.is_symlink():
                _search(path, shards, skipped)
            else:
                shards.append(_named(path))
    if not shards:
        raise EvidenceMissing("CERT-E033", "there is no data to scan", "No file of a known kind was given.", KINDS)
    return _distinct(list({shard.url or shard.path.absolute(): shard for shard in shards}.values())), sorted(skipped)


def _matching(given: Path | str) -> Iterator[Path]:
    """The path itself, or what the pattern stands for."""
    text = str(given)
    if text.lower().startswith("file://"):
        text = unquote(urlsplit(text).path)
    if os.path.lexists(text) or not glob.has_magic(text):
        yield Path(text)
        return
    for found in sorted(glob.glob(text, recursive=True)):
        # A pattern picks among many, so what it could not have meant is left out, as a shell would not.
        if is_readable(found) or os.path.isdir(found) or os.path.islink(found):
            yield Path(found)


def _search(folder: Path, shards: list[Shard], skipped: list[str]) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            name = path.relative_to(folder).as_posix()
            refuse_irregular(path)
            if is_readable(path.name):
                shards.append(_listed(name, path))
            else:
                skipped.append(name)


def _named(path: Path) -> Shard:
    refuse_irregular(path)
    if not is_readable(path.name):
        raise unknown_kind(str(path))
    return _listed(path.name, path)


def _listed(name: str, path: Path) -> Shard:
    found = path.lstat()
    return Shard(name, path, None, found.st_size, stamp_of(found))


def stamp_of(found: os.stat_result) -> str:
    """How a file stands: size, time of its content, time of its entry, inode."""
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"


def is_readable(name: str) -> bool:
    """Whether the scan can read a file of this name."""
    return name.lower().endswith(SUFFIXES)


def unknown_kind(what: str) -> UsageError:
    """The error for a file of a kind that the scan does not read."""
    return UsageError("CERT-E031", f"{what} is not of a kind the scan can read", "", KINDS)


def refuse_irregular(path: Path) -> None:
    """Refuses what is no plain file: CERT-E032, or CERT-E033 where there is nothing."""
    if path.is_symlink():
        why = "A link can lead out of the data that was declared."
        raise HostileInput("CERT-E032", f"{path} is a symbolic link", why, "Replace it by the file it points to.")
    if not path.exists():
        raise EvidenceMissing("CERT-E033", f"{path} is not there", "", "Check the path of the training data.")
    if not path.is_file():
        raise HostileInput("CERT-E032", f"{path} is no regular file", "", "Give regular files only.")


def _distinct(shards: list[Shard]) -> list[Shard]:
    counts = Counter(shard.name for shard in shards)
    return [s if counts[s.name] == 1 else s._replace(name=_place(s)) for s in shards]


def _place(shard: Shard) -> str:
    if shard.url is None:
        return shard.path.as_posix()
    parts = urlsplit(shard.url)
    return f"{parts.scheme}://{parts.hostname or ''}{unquote(parts.path)}"
