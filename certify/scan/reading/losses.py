"""What a reader could not hand over, and the counts it keeps meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from certify.scan.report import UnscannedPart

MAX_RECORD = 64 * 1024 * 1024
"""Bytes of one row: more is not scanned, as it would be held in memory whole."""

MAX_NAMED = 1000
"""Rows of one shard that are named one by one; the rest is counted, so that a file of garbage fills no memory."""

CHANGED = "changed while it was read"
TOO_LARGE = f"larger than {MAX_RECORD >> 20} MiB"


class Damage(Exception):
    """The rest of a shard cannot be read; the message says why, in plain words."""


class Rejected(ValueError):
    """One row cannot be read; the message says why."""


class Job:
    """One shard being read: what was asked for, and what was counted.

    Args:
        shard: its name.
        text_field: the dotted name of the only column wanted, or None for all text.
    """

    def __init__(self, shard: str, text_field: str | None = None) -> None:
        self.shard, self.text_field = shard, text_field
        self.documents = 0
        """Rows handed over."""
        self._named: list[UnscannedPart] = []
        self._further, self._further_bytes = 0, 0
        self._lacking = 0

    def lose(self, row: int | None, size: int, reason: str) -> None:
        """Notes a row, or with None the rest of the shard, as unscanned; ``size`` in bytes as stored, 0 if unknown."""
        if row is None or len(self._named) < MAX_NAMED:
            self._named.append(UnscannedPart(shard=self.shard, row=row, bytes=size, reason=reason[:300]))
        else:
            self._further += 1
            self._further_bytes += size

    def lack(self, row: int, size: int) -> None:
        """Notes a row without the column that was named."""
        self._lacking += 1
        self.lose(row, size, no_column(self.text_field or ""))

    def unscanned(self, size: int) -> tuple[UnscannedPart, ...]:
        """All that was lost of a shard of ``size`` bytes, rows first."""
        reason = no_column(self.text_field or "")
        if self._lacking and not self.documents and all(lost.reason == reason for lost in self._named):
            return (UnscannedPart(shard=self.shard, row=None, bytes=size, reason=reason),)
        return tuple(sorted(self._all(), key=lambda lost: (lost.row is None, lost.row or 0)))

    def _all(self) -> Iterator[UnscannedPart]:
        yield from self._named
        if self._further:
            reason = f"{self._further} more rows that cannot be read"
            yield UnscannedPart(shard=self.shard, row=None, bytes=self._further_bytes, reason=reason)


def no_column(text_field: str) -> str:
    """The reason for a row or shard without the column that was named."""
    return f"there is no column '{text_field}'"
