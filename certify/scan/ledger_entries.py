"""Entries of a ledger as files: whose they are, what they are of, and whether they could still count."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from pathlib import Path
from typing import NamedTuple

from certify.evidence.canonical import sha256_hex
from certify.files import MAX_FILE
from certify.scan.shards import Shard, stamp_of

_URL = "url:"
_LONGEST_HEAD = 1 << 16


class Origin(NamedTuple):
    """What an entry is of."""

    locator: str
    """The path of a file; the digest of a URL."""
    stamp: str
    """How it stood."""


def origin_of(shard: Shard) -> Origin:
    """What an entry of this shard is of; a URL may hold what grants access, so its digest stands for it."""
    locator = _URL + sha256_hex(shard.url.encode()) if shard.url else str(shard.path.absolute())
    return Origin(locator, shard.stamp)


def origin_in(place: Path) -> Origin | None:
    """What an entry of whatever scan is of; None where it does not say so."""
    try:
        head, _, _ = read_own(place, _LONGEST_HEAD).partition(b"\n")
        locator, stamp = json.loads(head.split(b" ", 2)[2])
    except (OSError, ValueError, IndexError, TypeError, RecursionError):
        return None
    return Origin(locator, stamp) if isinstance(locator, str) and isinstance(stamp, str) else None


def is_outdated(origin: Origin, now: str | None) -> bool:
    """Whether a file is another than it was, or none; ``now`` is its stamp as this scan found it, if it did."""
    if now is not None or origin.locator.startswith(_URL):
        return now is not None and now != origin.stamp
    path = Path(origin.locator)
    try:
        return stamp_of(path.lstat()) != origin.stamp
    except (FileNotFoundError, NotADirectoryError):
        return path.parent.is_dir()
    except (OSError, ValueError):
        return False


def remove(place: Path) -> None:
    """Removes an entry, if that can be done."""
    with contextlib.suppress(OSError):
        place.unlink(missing_ok=True)


def read_own(place: Path, most: int = MAX_FILE) -> bytes:
    """The first bytes of a plain file that its owner alone, who runs this, can write to; OSError where it is none."""
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
        if not ours or found.st_size > MAX_FILE:
            raise PermissionError(f"{place} is not an entry of this user")
        return stream.read(most)
