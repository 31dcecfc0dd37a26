"""The hash tree as the database holds it, read one proof at a time."""

from __future__ import annotations

from sqlalchemy import Connection, select

from certify.evidence.merkle import (
    HASH_SIZE,
    Range,
    complete_subtrees,
    consistency_ranges,
    inclusion_ranges,
    join_subtrees,
    tree_root,
)
from certify.evidence.merkle_range import outside_ranges
from certify_registry.faults import damaged
from certify_registry.log.growth import TILE_HEIGHT
from certify_registry.store.tables import Entry, Head, Node, table_of

FULL = 2**TILE_HEIGHT
"""Hashes in a full tile."""
_DIGITS = 18
"""Of a size that the database can hold for certain."""
_entries, _nodes, _heads = table_of(Entry), table_of(Node), table_of(Head)


def unpack(frontier: bytes) -> tuple[bytes, ...]:
    """The hashes of a stored frontier."""
    return tuple(frontier[start : start + HASH_SIZE] for start in range(0, len(frontier), HASH_SIZE))


def read_head(connection: Connection, size: int | None = None) -> Head:
    """The signed head at a size, or the newest.

    Raises:
        RegistryError: CERT-E070, there is none.
    """
    query = select(_heads).order_by(_heads.c.size.desc()).limit(1)
    if size is not None:
        query = query.where(_heads.c.size == size)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise damaged("the log lacks a signed head", f"none for size {size}" if size is not None else "there is none")
    return Head(**row)


def has_signed(connection: Connection, note: bytes) -> bool:
    """Whether a signed head of the database is exactly this note, whose signature then was checked when it was made."""
    lines = note.split(b"\n")
    if len(lines) < 2 or not lines[1].isdigit() or len(lines[1]) > _DIGITS:
        return False
    query = select(_heads.c.checkpoint).where(_heads.c.size == int(lines[1]))
    return connection.execute(query).scalar() == note.decode("utf-8", "replace")


def root_at(connection: Connection, size: int) -> bytes:
    """The root the log had when it had ``size`` entries, worked out from its leaves and nodes.

    Raises:
        RegistryError: CERT-E070, some are missing.
    """
    return _Tiles(connection, size).root_of(Range(0, size)) if size else tree_root(())


def hashes(connection: Connection, level: int, start: int, end: int) -> list[bytes]:
    """Hashes ``start`` up to ``end`` of a tile level; level 0 are the leaves.

    Raises:
        RegistryError: CERT-E070, some are missing.
    """
    if level == 0:
        place, query = _entries.c.log_index, select(_entries.c.leaf_hash)
    else:
        place, query = _nodes.c.position, select(_nodes.c.hash).where(_nodes.c.level == level)
    query = query.where(place >= start, place < end).order_by(place)
    found = list(connection.execute(query).scalars())
    if len(found) != end - start:
        raise damaged("the log lacks hashes of its own tree", f"level {level}, {start} to {end}")
    return found


def inclusion(connection: Connection, index: int, size: int) -> tuple[bytes, ...]:
    """The path of leaf ``index`` in the tree of ``size``.

    Raises:
        IndexError: there is no such leaf.
    """
    reader = _Tiles(connection, size)
    return tuple(reader.root_of(part) for part in inclusion_ranges(index, size))


def consistency(connection: Connection, old_size: int, size: int) -> tuple[bytes, ...]:
    """The path from the tree of ``old_size``, not empty, to the one of ``size``.

    Raises:
        IndexError: there is no such path.
    """
    reader = _Tiles(connection, size)
    return tuple(reader.root_of(part) for part in consistency_ranges(old_size, size))


def outside(connection: Connection, start: int, end: int, size: int) -> tuple[bytes, ...]:
    """The hashes that lead from the entries ``start`` up to ``end`` to the root of the tree of ``size``.

    Raises:
        IndexError: there is no such range, or it is empty.
    """
    reader = _Tiles(connection, size)
    return tuple(reader.root_of(part) for part in outside_ranges(start, end, size))


class _Tiles:
    """Reads the tree of a size tile by tile, each once: a path touches three of them in a log of a million."""

    def __init__(self, connection: Connection, size: int) -> None:
        self._connection, self._size = connection, size
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def root_of(self, part: Range) -> bytes:
        """The root over a range of leaves that is part of a proof."""
        return join_subtrees([self._full_subtree(*full) for full in complete_subtrees(*part)])

    def _full_subtree(self, start: int, end: int) -> bytes:
        level = ((end - start).bit_length() - 1) // TILE_HEIGHT
        scale = level * TILE_HEIGHT
        first, last = start >> scale, end >> scale
        place = first // FULL
        tile = self._tile(level, place)[first - place * FULL : last - place * FULL]
        return tree_root(tile)

    def _tile(self, level: int, place: int) -> list[bytes]:
        if (level, place) not in self._read:
            end = min((place + 1) * FULL, self._size >> level * TILE_HEIGHT)
            self._read[level, place] = hashes(self._connection, level, place * FULL, end)
        return self._read[level, place]
