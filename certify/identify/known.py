"""Digests of data: read, remembered or claimed, and which of these they were."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from certify.errors import HostileInput
from certify.evidence.dataset import DigestSource
from certify.identify.cache import DigestCache
from certify.identify.files import FoundFile
from certify.identify.hashing import Digest, Sharding, digest_files
from certify.identify.reading import Meter, Progress
from certify.identify.sharding import Sharded, shard_digests

_SHARE, _AT_LEAST = 0.01, 8
_MOST_BYTES = 0.1
_PORTION_FILES, _PORTION_BYTES = 50_000, 256_000_000_000
_RANDOM = random.SystemRandom()


class Known(NamedTuple):
    """The digests of data."""

    digests: Mapping[str, Digest]
    """By path in the manifest."""
    source: DigestSource
    """The weakest source of any of them."""


def find_digests(
    roots: Mapping[Path, Sequence[FoundFile]],
    *,
    claims: Mapping[str, str],
    cache: DigestCache | None,
    rehash: bool,
    sharding: Sharding,
    progress: Progress | None,
) -> Known:
    """The digest of every file below ``roots``: as claimed, as remembered, or of its bytes.

    What was read is remembered. Of what is remembered a random sample is read again.

    Args:
        roots: files by the folder they are in, their paths unique.
        claims: SHA-256 (hex) by path, taken as it is.
        cache: where digests are remembered.
        rehash: whether to read everything, whatever is remembered.
        sharding: which files get digests of their shards too.
        progress: called with bytes read and bytes in all.

    Raises:
        HostileInput: CERT-E112, a remembered digest is wrong; CERT-E023, CERT-E026, as for any reading.
    """
    asked = {root: [file for file in files if file.path not in claims] for root, files in roots.items()}
    digests = {path: Digest(sha256) for path, sha256 in claims.items()}
    remembered: dict[str, Digest] = {}
    if cache is not None and not rehash:
        for root, files in asked.items():
            remembered.update(_remembered(cache, root, files, sharding))
    sample = _sample(asked, remembered)
    unread = {root: [file for file in files if file.path not in remembered] for root, files in asked.items()}
    meter = Meter(_bytes(unread, {}) + _bytes(sample, remembered), progress)
    if cache is not None:
        _recheck(cache, sample, remembered, meter)
    for root, files in unread.items():
        for portion in _portions(files):
            started = cache.clock() if cache is not None else 0
            read = digest_files(root, portion, meter, sharding=sharding)
            digests.update((file.path, digest) for file, digest in zip(portion, read, strict=True))
            if cache is not None:
                cache.store(root, zip(portion, read, strict=True), started)
    source = DigestSource.CACHED if remembered else DigestSource.RECOMPUTED
    return Known(digests | remembered, DigestSource.CLAIMED if claims else source)


def _remembered(
    cache: DigestCache, root: Path, files: Sequence[FoundFile], sharding: Sharding
) -> Iterator[tuple[str, Digest]]:
    for file, digest in zip(files, cache.find(root, files), strict=True):
        if digest is not None and (file.size <= sharding.above or _size(digest) == sharding.size):
            yield file.path, digest


def _sample(asked: Mapping[Path, Sequence[FoundFile]], remembered: Mapping[str, Digest]) -> dict[Path, list[FoundFile]]:
    """A hundredth of the remembered files, at least eight; but no more than a tenth of the bytes, at least one file."""
    pool = [(root, file) for root, files in asked.items() for file in files if file.path in remembered]
    drawn: dict[Path, list[FoundFile]] = {}
    left = _MOST_BYTES * sum(file.size for _, file in pool)
    for number, (root, file) in enumerate(_RANDOM.sample(pool, min(len(pool), _wanted(len(pool))))):
        left -= _cost(file, remembered[file.path])
        if number and left < 0:
            break
        drawn.setdefault(root, []).append(file)
    return drawn


def _wanted(count: int) -> int:
    return max(_AT_LEAST, math.ceil(_SHARE * count))


def _recheck(
    cache: DigestCache, sample: Mapping[Path, Sequence[FoundFile]], remembered: Mapping[str, Digest], meter: Meter
) -> None:
    for root, files in sample.items():
        whole = [file for file in files if remembered[file.path].sharded is None]
        read = digest_files(root, whole, meter)
        for file, digest in zip(whole, read, strict=True):
            if digest.sha256 != remembered[file.path].sha256:
                raise _wrong(cache, file.path)
        for file in files:
            sharded = remembered[file.path].sharded
            if sharded is not None and not _some_agree(root, file, sharded, meter):
                raise _wrong(cache, file.path)


def _some_agree(root: Path, file: FoundFile, sharded: Sharded, meter: Meter) -> bool:
    """Whether a few shards of a huge file, drawn at random, are as remembered."""
    if len(sharded.digests) != math.ceil(file.size / sharded.size):
        return False
    numbers = sorted(_RANDOM.sample(range(len(sharded.digests)), min(_AT_LEAST, len(sharded.digests))))
    now = shard_digests(root, file, meter, size=sharded.size, only=numbers)
    return now.digests == tuple(sharded.digests[number] for number in numbers)


def _portions(files: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
    """Files in portions that are remembered as they are done, so that work cut off is not lost."""
    portion, size = list[FoundFile](), 0
    for file in files:
        portion.append(file)
        size += file.size
        if len(portion) == _PORTION_FILES or size >= _PORTION_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _bytes(roots: Mapping[Path, Sequence[FoundFile]], remembered: Mapping[str, Digest]) -> int:
    return sum(_cost(file, remembered.get(file.path)) for files in roots.values() for file in files)


def _cost(file: FoundFile, digest: Digest | None) -> int:
    """Bytes that reading the file takes; of a huge one that is remembered only some shards are read."""
    return file.size if digest is None or digest.sharded is None else min(file.size, _AT_LEAST * digest.sharded.size)


def _size(digest: Digest) -> int | None:
    return digest.sharded.size if digest.sharded is not None else None


def _wrong(cache: DigestCache, path: str) -> HostileInput:
    cache.forget()
    return HostileInput(
        "CERT-E112",
        f"{ascii(path)[:200]} is not what certify remembers of it, though nothing shows that it changed",
        "its bytes were altered behind the file system's back, or the remembered digests were tampered with",
        "everything remembered has been forgotten; give the same command again and every byte will be read",
    )
