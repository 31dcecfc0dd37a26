"""The digests of many files, every byte of them read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from certify.identify.files import FoundFile, stamp_of
from certify.identify.reading import Folders, Meter, changed, opened
from certify.identify.sharding import SHARD_SIZE, SHARDED_FROM, Sharded, digest_both
from certify.identify.threads import each_file

_TOLD_EVERY = 64


class Sharding(NamedTuple):
    """Which files get digests of their shards too."""

    above: int = SHARDED_FROM
    """Bytes; larger files do."""
    size: int = SHARD_SIZE
    """Bytes of a shard."""


HUGE_FILES = Sharding()
"""The sizes certify works with; tests use smaller ones."""


class Digest(NamedTuple):
    """What the bytes of one file come to."""

    sha256: str
    """SHA-256 (hex) of the whole file."""
    sharded: Sharded | None = None
    """Digests of its shards, if it is large enough to have them."""


def digest_files(
    folder: Path,
    files: Sequence[FoundFile],
    meter: Meter,
    *,
    sharding: Sharding = HUGE_FILES,
    workers: int | None = None,
) -> list[Digest]:
    """The digest of each file, in the order of ``files``.

    Args:
        folder: where they are.
        files: as listed; fastest when sorted by path.
        meter: told of every byte.
        sharding: which files get digests of their shards too.
        workers: threads for large files; one for each processor when absent.

    Raises:
        HostileInput: CERT-E023, a link stands in the way; CERT-E026, a file changed since it was listed.
        UsageError: CERT-E020, a file may not be read.
    """
    return each_file(
        files,
        lambda file: _large(folder, file, meter, sharding),
        meter,
        small=lambda few: _small(folder, few, meter, sharding),
        workers=workers,
    )


def _large(folder: Path, file: FoundFile, meter: Meter, sharding: Sharding) -> Digest:
    if file.size > sharding.above:
        return Digest(*digest_both(folder, file, meter, size=sharding.size))
    with opened(folder, file, meter) as stream:
        stream.drain()
    return Digest(stream.hexdigest())


def _small(folder: Path, files: Sequence[FoundFile], meter: Meter, sharding: Sharding) -> list[Digest]:
    """The digests of files that fit into memory, each read in one go."""
    digests, untold = list[Digest](), 0
    with Folders(folder) as folders:
        for number, file in enumerate(files, 1):
            if file.size > sharding.above:
                digests.append(_large(folder, file, meter, sharding))
                continue
            digests.append(Digest(hashlib.sha256(_content(folders, file)).hexdigest()))
            untold += file.size
            if number % _TOLD_EVERY == 0:
                meter.add(untold)
                untold = 0
    meter.add(untold)
    return digests


def _content(folders: Folders, file: FoundFile) -> bytes:
    """The bytes of a small file; what :func:`opened` checks is checked here too, in fewer steps."""
    descriptor = folders.open(file)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != file.size:
            raise changed(file.path)
        before = file.stamp or stamp_of(found)
        data = os.read(descriptor, file.size + 1)
        while len(data) < file.size and (more := os.read(descriptor, file.size + 1 - len(data))):
            data += more
        if len(data) != file.size or stamp_of(os.fstat(descriptor)) != before:
            raise changed(file.path)
    finally:
        os.close(descriptor)
    return data
