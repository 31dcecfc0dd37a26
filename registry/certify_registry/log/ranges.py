"""Proofs that a page of entries is complete, read from the database."""

from __future__ import annotations

from sqlalchemy import Connection

from certify.evidence.merkle import complete_subtrees, join_subtrees, tree_root
from certify.evidence.merkle_range import outside_ranges
from certify_registry.log import tree


def outside(connection: Connection, start: int, end: int, size: int) -> tuple[bytes, ...]:
    """The hashes that lead from the entries ``start`` up to ``end`` to the root of the tree of ``size``.

    Raises:
        IndexError: there is no such range, or it is empty.
    """
    parts = outside_ranges(start, end, size)
    return tuple(join_subtrees([_root(connection, *full) for full in complete_subtrees(*part)]) for part in parts)


def _root(connection: Connection, start: int, end: int) -> bytes:
    """The root of a full subtree, from the highest hashes that the database keeps of it."""
    level = ((end - start).bit_length() - 1) // tree.TILE_HEIGHT
    scale = level * tree.TILE_HEIGHT
    return tree_root(tree.hashes(connection, level, start >> scale, end >> scale))
