"""Where the files of a tiled log lie, and what is in them. Source: C2SP tlog-tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

FULL = 256
"""Hashes in a full tile."""
MAX_ENTRY = 2**16 - 1
"""Bytes of the longest entry."""


class Tile(NamedTuple):
    """A file of consecutive hashes, or of the entries beneath them."""

    level: int
    """0 for leaves; -1 for the entries themselves."""
    number: int
    """Place within the level."""
    width: int
    """Hashes or entries in it, 1 to 256."""

    @property
    def path(self) -> str:
        """Where it lies below the log's folder or address."""
        partial = "" if self.width == FULL else f".p/{self.width}"
        return f"{self.folder}{partial}"

    @property
    def folder(self) -> str:
        """The path of the full tile; its earlier, partial forms lie beside it in a folder ending in ``.p``."""
        name = "entries" if self.level < 0 else str(self.level)
        return f"tile/{name}/{number_path(self.number)}"

    @property
    def start(self) -> int:
        """The first hash of the level, or the first entry, that it holds."""
        return self.number * FULL


def number_path(number: int) -> str:
    """A tile number in groups of three digits, all but the last marked: 1234067 is ``x001/x234/067``."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def tiles_of(size: int) -> Iterator[Tile]:
    """The tiles by which a log of ``size`` entries is read: full ones, and at most one partial on each level."""
    for level in levels_of(size):
        count = size >> 8 * max(level, 0)
        for number in range(count // FULL):
            yield Tile(level, number, FULL)
        if count % FULL:
            yield Tile(level, count // FULL, count % FULL)


def rightmost_tiles(size: int) -> Iterator[Tile]:
    """The newest tile of each level."""
    for level in levels_of(size):
        count = size >> 8 * max(level, 0)
        number = (count - 1) // FULL
        yield Tile(level, number, count - number * FULL)


def due_tiles(published: int, size: int) -> Iterator[Tile]:
    """The tiles to write when a log grows from one signed size to the next.

    Above the leaves these are the partial ones of every size in between, of which there are few.
    """
    for level in levels_of(size):
        scale = 8 * max(level, 0)
        before, now = published >> scale, size >> scale
        for number in range(before // FULL, now // FULL):
            yield Tile(level, number, FULL)
        last = now // FULL
        first_width = before % FULL + 1 if before // FULL == last else 1
        if level <= 0:
            first_width = max(first_width, now % FULL)
        for width in range(first_width, now % FULL + 1):
            yield Tile(level, last, width)


def overtaken(published: int, size: int) -> Iterator[Tile]:
    """The full tiles that became so while a log grew; their partial forms may go."""
    return (tile for tile in due_tiles(published, size) if tile.width == FULL)


def levels_of(size: int) -> Iterator[int]:
    """The levels that have tiles, the entries first."""
    level = 0
    if size:
        yield -1
    while size >> 8 * level:
        yield level
        level += 1


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length, two bytes, big-endian.

    Raises:
        OverflowError: an entry is longer than 65,535 bytes.
    """
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
