"""One shard's share of a scan: the same wherever, whenever and however often it is done."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from certify.errors import CertifyError, InternalError, UsageError
from certify.scan.report import UnscannedPart
from certify.scan.searcher import Searcher
from certify.scan.shard_result import Ordered, ShardResult, scan_shard
from certify.scan.shards import Shard
from certify.scan.sources import Source
from certify.scan.tally import Tally

RETRIES = 2
"""How often a shard that failed is begun again."""


@dataclass(frozen=True)
class Work:
    """What is done to each shard; it can be sent to another process."""

    searcher: Searcher
    """What to look for."""
    text_field: str | None = None
    """The only column to read; None for all text."""
    excerpts: bool = False
    """Whether to keep the text of what is found."""

    def __call__(
        self, shard: Source, *, ordered: Ordered = map, advance: Callable[[int], None] | None = None
    ) -> ShardResult:
        """The result of a shard; one that cannot be scanned is named as such, so that the others go on.

        Args:
            shard: where to search.
            ordered: how its blocks are spread over threads.
            advance: called with bytes of text as they are searched.

        Raises:
            UsageError: CERT-E035, a package that the format needs is not installed.
            InternalError: CERT-E039, the search contradicts itself.
        """
        for left in range(RETRIES, -1, -1):
            try:
                return self.scan(shard, ordered, advance)
            except (UsageError, InternalError):
                raise  # the user's to mend, or ours: no property of this shard
            except (OSError, CertifyError) as error:
                if not isinstance(shard, Shard):
                    raise  # a stream cannot be read a second time
                if not left:
                    return lost(shard, f"cannot be read: {_plain(error)}")
        raise AssertionError("unreachable")

    def scan(self, shard: Source, ordered: Ordered, advance: Callable[[int], None] | None) -> ShardResult:
        """One try."""
        return scan_shard(
            self.searcher, shard, text_field=self.text_field, excerpts=self.excerpts, ordered=ordered, advance=advance
        )


def lost(shard: Source, reason: str) -> ShardResult:
    """The result of a shard that could not be scanned."""
    size = shard.size or 0
    part = UnscannedPart(shard=shard.name, row=None, bytes=size, reason=reason)
    return ShardResult(name=shard.name, sha256="", bytes=size, documents=0, unscanned=(part,), tally=Tally())


def _plain(error: OSError | CertifyError) -> str:
    # An OSError's own words name the path, and with it what grants access.
    return error.what if isinstance(error, CertifyError) else error.strerror or type(error).__name__


@cache
def code_digest() -> str:
    """SHA-256 (hex) of all that decides what a scan finds: this room's sources, the compiler, the Unicode tables."""
    from certify.scan.kernel import CACHE

    digest = hashlib.sha256(f"{CACHE.name} {unicodedata.unidata_version}".encode())
    room = Path(__file__).parent
    for path in sorted(room.rglob("*.py")):
        digest.update(f"\x00{path.relative_to(room).as_posix()}\x00".encode() + path.read_bytes())
    return digest.hexdigest()
