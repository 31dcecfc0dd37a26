"""Digests of the pieces of one huge file, which several threads can check at once.

The plain SHA-256 of a file is what identifies it, and no number of threads makes one faster: a terabyte takes a
processor with SHA instructions about eleven minutes. Digests of its pieces, made beside the plain one, let the same
bytes be checked again as fast as all processors together can hash or the disk can read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from certify.errors import UsageError
from certify.identify.files import FoundFile, stamp_of
from certify.identify.reading import BLOCK, Meter, Progress, opened, standing_still
from certify.identify.threads import cores, pool

SHARD_SIZE = 1_000_000_000
"""Bytes of a shard. Source: OpenSSF Model Signing, default ``shard_size`` of model-signing 1.1.1."""
SHARDED_FROM = 8_000_000_000
"""Bytes above which a file gets digests of its shards too."""


class Sharded(NamedTuple):
    """The digests of a file's shards."""

    size: int
    """Bytes of each shard; the last may be shorter."""
    digests: tuple[str, ...]
    """SHA-256 (hex) of each, in the order of their offsets; none for an empty file."""

    @property
    def algorithm(self) -> str:
        """The name of this kind of digest. Source: OpenSSF Model Signing, ``<algorithm>-sharded-<bytes>``."""
        return f"sha256-sharded-{self.size}"


def shard_digests(
    folder: Path,
    file: FoundFile,
    meter: Meter,
    *,
    size: int = SHARD_SIZE,
    workers: int | None = None,
    only: Sequence[int] | None = None,
) -> Sharded:
    """The digests of a file's shards, several at once.

    Args:
        folder: where the file is.
        file: as listed.
        meter: told of every byte.
        size: bytes of a shard.
        workers: threads; one for each processor when absent.
        only: the shards to read, by number from 0; all when absent.

    Raises:
        HostileInput: CERT-E023, a link stands in the way; CERT-E026, the file changed since it was listed.
        UsageError: CERT-E020, it may not be read.
    """
    all_starts = range(0, file.size, size)
    starts = all_starts if only is None else [all_starts[number] for number in only]
    with (
        standing_still(folder, file) as descriptor,
        pool(max(1, min(workers or cores(), len(starts))), meter) as threads,
    ):
        ends = (min(start + size, file.size) for start in starts)
        digests = tuple(threads.map(lambda start, end: _shard(descriptor, start, end, meter), starts, ends))
    return Sharded(size, digests)


def digest_both(folder: Path, file: FoundFile, meter: Meter, *, size: int) -> tuple[str, Sharded]:
    """The SHA-256 (hex) of a whole file, and beside it the digests of its shards.

    One more thread follows the first through the file, so that the disk is read once and the time is that of the
    plain digest, as long as a second processor is free.

    Raises:
        HostileInput, UsageError: as :func:`shard_digests`.
    """
    from concurrent.futures import ThreadPoolExecutor

    follower = Meter(file.size, None)
    with opened(folder, file, meter) as stream, ThreadPoolExecutor(1) as beside:
        shards = beside.submit(shard_digests, folder, file, follower, size=size, workers=1)
        try:
            stream.drain()
        except BaseException:
            follower.halt()
            raise
        return stream.hexdigest(), shards.result()


def verify_shards(
    path: Path, expected: Sharded, *, workers: int | None = None, progress: Progress | None = None
) -> tuple[int, ...]:
    """The shards of a file, by number from 0, that are not as expected; none if the file is the same.

    A shard that is missing and one too many differ as well. The digests must come from where they can be believed.

    Raises:
        UsageError: CERT-E029, there is no such file.
        HostileInput: CERT-E023, it is a link; CERT-E026, it changed while it was read.
    """
    try:
        found = path.lstat()
    except OSError as error:
        raise UsageError("CERT-E029", f"{path} does not exist", hint="check the path") from error
    file = FoundFile(path.name, path.name, found.st_size, stamp_of(found))
    now = shard_digests(path.parent, file, Meter(file.size, progress), size=expected.size, workers=workers).digests
    return differing(expected.digests, now)


def differing(expected: Sequence[str], found: Sequence[str]) -> tuple[int, ...]:
    """The places at which two lists differ, those that only one of them has included."""
    longer = max(len(expected), len(found))
    return tuple(at for at in range(longer) if expected[at : at + 1] != found[at : at + 1])


def _shard(descriptor: int, start: int, end: int, meter: Meter) -> str:
    sha256, buffer, position = hashlib.sha256(), memoryview(bytearray(min(BLOCK, end - start))), start
    while position < end:
        count = os.preadv(descriptor, [buffer[: end - position]], position)
        if not count:
            break  # it was cut short, which the stamp tells
        sha256.update(buffer[:count])
        position += count
        meter.add(count)
    return sha256.hexdigest()
