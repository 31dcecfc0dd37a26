"""The hash tree as the database holds it: grown one leaf at a time, read one proof at a time."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from certify.evidence.merkle import (
    HASH_SIZE,
    Range,
    complete_subtrees,
    consistency_ranges,
    inclusion_ranges,
    join_subtrees,
    node_hash,
    tree_root,
)
from certify_registry.faults import damaged
from certify_registry.store.tables import Entry, Head, Node, table_of

TILE_HEIGHT = 8
"""Levels of the tree in one tile. Source: C2SP tlog-tiles."""

_entries, _nodes, _heads = table_of(Entry), table_of(Node), table_of(Head)


class Growth(NamedTuple):
    """What one more leaf changes."""

    frontier: tuple[bytes, ...]
    """Roots of the full subtrees, left to right."""
    nodes: tuple[tuple[int, int, bytes], ...]
    """Level, position and hash of the tile hashes that are now final."""

    @property
    def root(self) -> bytes:
        """Root of the tree with the leaf."""
        return join_subtrees(self.frontier)


def grow(frontier: tuple[bytes, ...], size: int, leaf_hash: bytes) -> Growth:
    """The tree of ``size`` leaves with one more; a full subtree of 256**n leaves becomes a node of level n."""
    waiting, carry, height, nodes = list(frontier), leaf_hash, 0, []
    while size >> height & 1:
        carry, height = node_hash(waiting.pop(), carry), height + 1
        if height % TILE_HEIGHT == 0:
            nodes.append((height // TILE_HEIGHT, size >> height, carry))
    return Growth((*waiting, carry), tuple(nodes))


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


def store_growth(connection: Connection, size: int, growth: Growth, checkpoint: str) -> None:
    """Write what one more leaf changed; ``size`` counts it."""
    if growth.nodes:
        rows = [{"level": level, "position": position, "hash": node} for level, position, node in growth.nodes]
        connection.execute(insert(_nodes), rows)
    head = {"size": size, "root": growth.root, "frontier": b"".join(growth.frontier), "checkpoint": checkpoint}
    connection.execute(insert(_heads), [head])


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
    return tuple(_range_hash(connection, part) for part in inclusion_ranges(index, size))


def consistency(connection: Connection, old_size: int, size: int) -> tuple[bytes, ...]:
    """The path from the tree of ``old_size``, not empty, to the one of ``size``.

    Raises:
        IndexError: there is no such path.
    """
    return tuple(_range_hash(connection, part) for part in consistency_ranges(old_size, size))


def _range_hash(connection: Connection, part: Range) -> bytes:
    return join_subtrees([_full_subtree(connection, *full) for full in complete_subtrees(*part)])


def _full_subtree(connection: Connection, start: int, end: int) -> bytes:
    level = ((end - start).bit_length() - 1) // TILE_HEIGHT
    scale = level * TILE_HEIGHT
    return tree_root(hashes(connection, level, start >> scale, end >> scale))
