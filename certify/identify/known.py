"""Digests of data: read, remembered or claimed, and which of these they were."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from certify.errors import HostileInput
from certify.evidence.dataset import DigestSource
from certify.identify.cache import DigestCache, Place
from certify.identify.files import FoundFile
from certify.identify.hashing import HUGE_FILES, Digest, Sharding, digest_files
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
    files: Mapping[str, Place],
    *,
    claims: Mapping[str, str],
    cache: DigestCache | None,
    rehash: bool,
    sharding: Sharding,
    progress: Progress | None,
    again: int | None = None,
) -> Known:
    """The digest of every file: as claimed, as remembered, or of its bytes.

    What is read is remembered. Of what is remembered a random sample is read again.

    Args:
        files: by path in the manifest.
        claims: SHA-256 (hex) by path, taken as it is.
        cache: where digests are remembered.
        rehash: whether to read everything, whatever is remembered.
        sharding: which files get digests of their shards too.
        progress: called with bytes read and bytes in all.
        again: most bytes of what is remembered that are read again, for callers who must answer at once; a tenth of
            them, and one whole file at least, when absent.

    Raises:
        HostileInput: CERT-E112, a remembered digest is wrong; CERT-E023, CERT-E026, as for any reading.
    """
    digests = {path: Digest(sha256) for path, sha256 in claims.items()}
    asked = {path: place for path, place in files.items() if path not in digests} if digests else files
    remembered = _remembered(cache, asked, sharding) if cache is not None and not rehash else {}
    sample = _sample(files, remembered, again)
    unread = [place for path, place in asked.items() if path not in remembered]
    total = sum(file.size for _, file in unread) + sum(_cost(file, remembered[file.path]) for _, file in sample)
    meter = Meter(total, progress)
    if cache is not None:
        _recheck(cache, sample, remembered, meter)
    for portion in _portions(unread):
        started = cache.clock() if cache is not None else 0
        read = _read(portion, meter, sharding)
        digests.update((file.path, digest) for (_, file), digest in zip(portion, read, strict=True))
        if cache is not None:
            cache.store(zip(portion, read, strict=True), started)
    source = DigestSource.CACHED if remembered else DigestSource.RECOMPUTED
    return Known(digests | remembered, DigestSource.CLAIMED if claims else source)


def _read(places: Sequence[Place], meter: Meter, sharding: Sharding) -> list[Digest]:
    """The digests of files in one or several folders, in their order."""
    roots: dict[Path, list[FoundFile]] = {}
    for root, file in places:
        roots.setdefault(root, []).append(file)
    if len(roots) == 1:
        return digest_files(*roots.popitem(), meter, sharding=sharding)
    read = {root: iter(digest_files(root, files, meter, sharding=sharding)) for root, files in roots.items()}
    return [next(read[root]) for root, _ in places]


def _remembered(cache: DigestCache, files: Mapping[str, Place], sharding: Sharding) -> dict[str, Digest]:
    found, remembered = cache.find(files.values()), dict[str, Digest]()
    for path, (_, file) in files.items():
        digest = found.get(file.stamp) if file.stamp is not None else None
        if digest is not None and (file.size <= sharding.above or _fits(digest, sharding)):
            remembered[path] = digest
    return remembered


def _fits(digest: Digest, sharding: Sharding) -> bool:
    return digest.sharded is not None and digest.sharded.size == sharding.size


def _sample(files: Mapping[str, Place], remembered: Mapping[str, Digest], again: int | None) -> list[Place]:
    """A hundredth of the remembered files, at least eight; but no more than a tenth of the bytes, at least one file.

    Where ``again`` limits the bytes, a file that would go beyond it is passed over.
    """
    left = _MOST_BYTES * sum(files[path][1].size for path in remembered) if again is None else float(again)
    drawn: list[Place] = []
    for path in _RANDOM.sample(list(remembered), min(len(remembered), _wanted(len(remembered)))):
        cost = _cost(files[path][1], remembered[path])
        if again is not None and cost > left:
            continue
        left -= cost
        if drawn and left < 0:
            break
        drawn.append(files[path])
    return drawn


def _wanted(count: int) -> int:
    return max(_AT_LEAST, math.ceil(_SHARE * count))


def _recheck(cache: DigestCache, sample: Sequence[Place], remembered: Mapping[str, Digest], meter: Meter) -> None:
    whole = [place for place in sample if remembered[place[1].path].sharded is None]
    for (_, file), digest in zip(whole, _read(whole, meter, HUGE_FILES), strict=True):
        if digest.sha256 != remembered[file.path].sha256:
            raise _wrong(cache, file.path)
    for root, file in sample:
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


def _portions(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Files in portions that are remembered as they are done, so that work cut off is not lost."""
    portion, size = list[Place](), 0
    for place in places:
        portion.append(place)
        size += place[1].size
        if len(portion) == _PORTION_FILES or size >= _PORTION_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _cost(file: FoundFile, digest: Digest) -> int:
    """Bytes that checking the file again takes; of a huge one only some shards are read."""
    return file.size if digest.sharded is None else min(file.size, _AT_LEAST * digest.sharded.size)


def _wrong(cache: DigestCache, path: str) -> HostileInput:
    cache.forget()
    return HostileInput(
        "CERT-E112",
        f"{ascii(path)[:200]} is not what certify remembers of it, though nothing shows that it changed",
        "its bytes were altered behind the file system's back, or the remembered digests were tampered with",
        "everything remembered has been forgotten; give the same command again and every byte will be read",
    )
