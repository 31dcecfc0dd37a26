"""Which files of the corpus are scanned."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from certify.errors import EvidenceMissing, HostileInput, UsageError

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".json", ".txt", ".md", ".parquet")
KINDS = f"Give files ending in {', '.join(SUFFIXES)}, or folders that hold them."


class Shard(NamedTuple):
    """One file of the corpus."""

    name: str
    """Its path inside the folder given, or its file name."""
    path: Path


def find_shards(data: Sequence[Path]) -> tuple[list[Shard], list[str]]:
    """The shards in the files and folders given, and the names of files in folders that cannot hold text.

    Raises:
        EvidenceMissing: CERT-E033, a path that is not there, or nothing to scan.
        HostileInput: CERT-E032, a symbolic link or something that is no regular file.
        UsageError: CERT-E031, a file named by itself whose kind is unknown.
    """
    shards: list[Shard] = []
    skipped: list[str] = []
    for given in data:
        if given.is_dir() and not given.is_symlink():
            for path in sorted(given.rglob("*")):
                if path.is_symlink() or not path.is_dir():
                    name = path.relative_to(given).as_posix()
                    refuse_irregular(path)
                    if is_readable(path.name):
                        shards.append(Shard(name, path))
                    else:
                        skipped.append(name)
        else:
            refuse_irregular(given)
            if not is_readable(given.name):
                raise UsageError("CERT-E031", f"{given} is not of a kind the scan can read", "", KINDS)
            shards.append(Shard(given.name, given))
    if not shards:
        raise EvidenceMissing("CERT-E033", "there is no data to scan", "No file of a known kind was given.", KINDS)
    return _distinct(shards), sorted(skipped)


def is_readable(name: str) -> bool:
    """Whether the scan can read a file of this name."""
    return name.lower().endswith(SUFFIXES)


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
    return [s if counts[s.name] == 1 else Shard(s.path.as_posix(), s.path) for s in shards]


def shard_digest(shard: Shard) -> str:
    """SHA-256 (hex) of the shard's bytes on disk."""
    with shard.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
