"""The tree of somebody else's log, read from its tiles; nothing leaves here that its signed root does not fix.

Tiles are verified from the top: the newest, partial tile of each level together give the root, and every full tile
hashes to one entry of the tile above it. Source: C2SP tlog-tiles; RFC 6962 for the hashes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from certify.errors import RegistryError
from certify.evidence.merkle import (
    HASH_SIZE,
    Range,
    complete_subtrees,
    consistency_ranges,
    inclusion_ranges,
    join_subtrees,
    leaf_hash,
    tree_root,
)
from certify.trust.note import Checkpoint
from certify_registry.follow.source import Source
from certify_registry.log.tiles import FULL, Tile, rightmost_tiles

_HEIGHT = 8
_KEPT = 512
"""Tiles kept in memory, 8 kB each."""
MAX_ENTRIES = (2**16 + 1) * FULL
"""Bytes of the longest bundle of entries."""
Hashes = tuple[bytes, ...]


class VerifiedTree:
    """The tree under one checkpoint.

    Args:
        source: where its tiles are.
        checkpoint: what the log signed; the caller has checked the signature.
    """

    def __init__(self, source: Source, checkpoint: Checkpoint) -> None:
        self._source, self.checkpoint = source, checkpoint
        self._tiles: OrderedDict[tuple[int, int], Hashes] = OrderedDict()
        self._newest: dict[tuple[int, int], Hashes] | None = None

    def root_at(self, size: int) -> bytes:
        """The root that the first ``size`` entries have under this checkpoint.

        Raises:
            IndexError: the log is not that large.
            RegistryError: CERT-E643, the tiles are not those of the checkpoint; CERT-E644, they cannot be read.
        """
        if not 0 <= size <= self.checkpoint.size:
            raise IndexError(f"the log has {self.checkpoint.size} entries")
        return self._hash(Range(0, size)) if size else tree_root(())

    def inclusion(self, index: int) -> Hashes:
        """The path of an entry; raises as :meth:`root_at` does."""
        return tuple(map(self._hash, inclusion_ranges(index, self.checkpoint.size)))

    def consistency(self, old_size: int) -> Hashes:
        """The path from an older size, not 0; raises as :meth:`root_at` does."""
        return tuple(map(self._hash, consistency_ranges(old_size, self.checkpoint.size)))

    def entries(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Index and bytes of every entry from ``start`` on; raises as :meth:`root_at` does."""
        for number in range(start // FULL, -(-self.checkpoint.size // FULL) if start < self.checkpoint.size else 0):
            for index, entry in enumerate(self.bundle(number), number * FULL):
                if index >= start:
                    yield index, entry

    def bundle(self, number: int) -> tuple[bytes, ...]:
        """The entries of one bundle; raises as :meth:`root_at` does."""
        tile = self._sized(-1, number)
        return decode_entries(self._entries_file(tile), tile, self.hashes(0, number))

    def hashes(self, level: int, number: int) -> Hashes:
        """The hashes of one tile; raises as :meth:`root_at` does."""
        newest = self._frontier()
        if (level, number) in newest:
            return newest[level, number]
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._full(level, number)
            if len(self._tiles) > _KEPT:
                self._tiles.popitem(last=False)
        self._tiles.move_to_end((level, number))
        return self._tiles[level, number]

    def _hash(self, part: Range) -> bytes:
        return join_subtrees([self._subtree(*full) for full in complete_subtrees(*part)])

    def _subtree(self, start: int, end: int) -> bytes:
        level = ((end - start).bit_length() - 1) // _HEIGHT
        first, last = start >> level * _HEIGHT, end >> level * _HEIGHT
        held = self.hashes(level, first // FULL)
        return tree_root(held[first % FULL : first % FULL + last - first])

    def _frontier(self) -> dict[tuple[int, int], Hashes]:
        """The partial tiles at the end of each level, which together give the root."""
        if self._newest is None:
            partial = [tile for tile in rightmost_tiles(self.checkpoint.size) if tile.level >= 0 and tile.width < FULL]
            found = {(tile.level, tile.number): self._read(tile) for tile in partial}
            tops = [
                tree_root(hashes[part.start : part.end])
                for hashes in reversed(found.values())
                for part in complete_subtrees(0, len(hashes))
            ]
            if (join_subtrees(tops) if tops else tree_root(())) != self.checkpoint.root:
                raise self._other("its newest tiles do not give the root that the log signed")
            self._newest = found
        return self._newest

    def _full(self, level: int, number: int) -> Hashes:
        above = self.hashes(level + 1, number // FULL)
        hashes = self._read(Tile(level, number, FULL))
        if tree_root(hashes) != above[number % FULL]:
            raise self._other(f"{Tile(level, number, FULL).path} is not what the log signed for")
        return hashes

    def _sized(self, level: int, number: int) -> Tile:
        count = self.checkpoint.size >> _HEIGHT * max(level, 0)
        return Tile(level, number, min(FULL, count - number * FULL))

    def _read(self, tile: Tile) -> Hashes:
        data = self._source.read(tile.path, FULL * HASH_SIZE)
        if data is None and tile.width < FULL:  # a log may drop partial tiles once it has grown past them
            data = self._source.read(tile._replace(width=FULL).path, FULL * HASH_SIZE)
            data = None if data is None else data[: tile.width * HASH_SIZE]
        if data is None or len(data) != tile.width * HASH_SIZE:
            raise self._other(f"{tile.path} is {'missing' if data is None else 'of another length'}")
        return tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE))

    def _entries_file(self, tile: Tile) -> bytes:
        data = self._source.read(tile.path, MAX_ENTRIES)
        if data is None and tile.width < FULL:
            data = self._source.read(tile._replace(width=FULL).path, MAX_ENTRIES)
        if data is None:
            raise self._other(f"{tile.path} is missing")
        return data

    def _other(self, why: str) -> RegistryError:
        return not_the_log(f"{self._source.name}, at {self.checkpoint.size} entries", why)


def decode_entries(data: bytes, tile: Tile, hashes: Hashes) -> tuple[bytes, ...]:
    """The entries of a bundle, each of which must have the hash that the tree holds at its place.

    Raises:
        RegistryError: CERT-E643, one has not, or the bundle is malformed.
    """
    found, at = list[bytes](), 0
    for expected in hashes[: tile.width]:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : end]
        if end > len(data) or leaf_hash(entry) != expected:
            raise not_the_log(tile.path, f"entry {tile.start + len(found)} is not what the log signed for")
        found.append(entry)
        at = end
    return tuple(found)


def not_the_log(place: str, why: str) -> RegistryError:
    """The error for files that are not those that a log signed for."""
    return RegistryError(
        "CERT-E643",
        f"the files of {place} do not belong to its checkpoint",
        why,
        "nothing of it was taken; read another copy, and keep the checkpoint: whoever runs the log can explain it",
    )
