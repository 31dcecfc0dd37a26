"""Finished shards on disk, so that a scan cut off goes on where it was."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from certify.errors import CertifyError
from certify.evidence.canonical import canonical_digest, sha256_hex
from certify.files import replace_file, user_cache_folder
from certify.scan.ledger_entries import Origin, is_outdated, origin_in, origin_of, read_own, remove
from certify.scan.reading.losses import CHANGED
from certify.scan.shard_result import ShardResult
from certify.scan.shards import Shard

_UNFINISHED = re.compile(r"\.[0-9a-f]{64}\.json\..+")
_ENTRY = re.compile(r"[0-9a-f]{64}\.json")


class ShardLedger:
    """One file for each finished shard, named by what was looked for and where.

    A convenience and never evidence: an entry counts only for the same file at the same size, times and inode, under
    the same code and settings. An entry that is broken, or lies where others can write, is none. It never fails: what
    cannot be noted is scanned again next time.

    Args:
        folder: where it lies; made with access for its owner alone.
        settings: digest of all that decides a result beside the shard; see :func:`settings_digest`.
        note: called once, in words, when nothing can be noted.
    """

    def __init__(self, folder: Path, settings: str, note: Callable[[str], None] | None = None) -> None:
        self._folder, self._settings, self._note = folder, settings, note
        self._mine: dict[Path, Origin] = {}
        self._usable = self._prepared()

    @property
    def temporary(self) -> bool:
        """Whether it lies in the user's cache, and so is worth nothing once the scan is done."""
        return self._folder.absolute().is_relative_to(user_cache_folder().absolute())

    def find(self, shard: Shard) -> ShardResult | None:
        """The noted result of a shard; None where there is none that can be believed."""
        place = self._place(shard)
        if not self._usable or place is None:
            return None
        try:
            head, _, body = read_own(place).partition(b"\n")
            if head != self._head(place, body):
                return None
            result = ShardResult.model_validate_json(body)
        except (OSError, ValueError):
            return None
        return result if result.name == shard.name else None

    def keep(self, shard: Shard, result: ShardResult) -> None:
        """Notes a result durably, unless another try could come to a better one."""
        place = self._place(shard)
        if not self._usable or place is None or not result.sha256:
            return
        if any(part.reason == CHANGED for part in result.unscanned):
            return
        try:
            body = result.model_dump_json().encode()
            replace_file(place, self._head(place, body) + b"\n" + body, mode=0o600)
        except ValueError:
            return  # text that is no Unicode has no JSON form
        except OSError as error:
            # Another scan that began meanwhile takes unfinished files for leftovers.
            if self.find(shard) is None:
                self._give_up(error.strerror or type(error).__name__)

    def forget(self) -> None:
        """Removes the entries of this scan; those of others stay."""
        for place in self._mine:
            remove(place)

    def prune(self) -> None:
        """Removes what no scan could use again: entries of files that are gone, or are no longer what was scanned.

        A file whose very folder is gone may lie on a disk that comes back, so its entry stays. Of an object in a store
        it is known only where this scan listed it.
        """
        if not self._usable:
            return
        now = {origin.locator: origin.stamp for origin in self._mine.values()}
        with contextlib.suppress(OSError):
            for place in self._folder.iterdir():
                if _ENTRY.fullmatch(place.name) and place not in self._mine:
                    origin = origin_in(place)
                    if origin and is_outdated(origin, now.get(origin.locator)):
                        remove(place)

    def _place(self, shard: Shard) -> Path | None:
        if not shard.stamp:
            return None
        locator = shard.url or str(shard.path.absolute())
        key = [self._settings, shard.name, locator, str(shard.size), shard.stamp]
        try:
            place = self._folder / f"{canonical_digest(key)}.json"
        except CertifyError:
            return None  # a file name that is no Unicode
        self._mine[place] = origin_of(shard)
        return place

    def _head(self, place: Path, body: bytes) -> bytes:
        """The first line of an entry: its name, its digest and what it is of."""
        return f"{place.stem} {sha256_hex(body)} {json.dumps(self._mine[place])}".encode()

    def _prepared(self) -> bool:
        """Makes the folder and removes what a killed scan left half written."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self._folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
                return self._give_up("it is not a folder that its owner alone may write to")
            for path in self._folder.iterdir():
                if _UNFINISHED.fullmatch(path.name):
                    path.unlink(missing_ok=True)
        except OSError as error:
            return self._give_up(error.strerror or type(error).__name__)
        return True

    def _give_up(self, reason: str) -> bool:
        self._usable = False
        if self._note:
            self._note(f"Finished files cannot be noted in {self._folder}: {reason}. A scan cut off would start over.")
        return False


def settings_digest(
    benchmarks: list[tuple[str, str]], sample: list[bytes], documents: int, *, text_field: str | None, excerpts: bool
) -> str:
    """SHA-256 (hex) of all that decides a shard's result beside the shard.

    Args:
        benchmarks: names and digests, in the order given: copies are noted by position.
        sample: the sampled documents, which decide how telling a word is.
        documents: documents in the corpus, as far as known.
        text_field: the only column read; None for all text.
        excerpts: whether results hold the text that was found.
    """
    from certify.scan.report import RULE
    from certify.scan.work import code_digest

    return canonical_digest({
        "rule": RULE,
        "code": code_digest(),
        "benchmarks": [list(one) for one in benchmarks],
        "sample": sha256_hex(b"".join(len(text).to_bytes(8, "big") + text for text in sample)),
        "documents": documents,
        "text_field": text_field,
        "excerpts": excerpts,
    })  # fmt: skip
