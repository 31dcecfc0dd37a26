"""A hash tree that leaves were added to, as far as the new leaves reach: no database, no files."""

from __future__ import annotations

from collections.abc import Sequence

from certify.evidence.merkle import (
    Range,
    complete_subtrees,
    join_subtrees,
    node_hash,
    tree_root,
)

TILE_HEIGHT = 8
"""Levels of the tree in one tile. Source: C2SP tlog-tiles."""


class Growth:
    """What a batch of leaves makes of a tree.

    Args:
        frontier: roots of the full subtrees before, left to right.
        size: leaves before.
        leaves: hashes of the new leaves.
    """

    def __init__(self, frontier: Sequence[bytes], size: int, leaves: Sequence[bytes]) -> None:
        self.old_size, self.size = size, size + len(leaves)
        self._full: dict[tuple[int, int], bytes] = {}
        self._edges: dict[Range, bytes] = {}
        for (start, end), node in zip(_full_ranges(size), frontier, strict=True):
            height = (end - start).bit_length() - 1
            self._full[height, start >> height] = node
        self._full |= {(0, size + place): leaf for place, leaf in enumerate(leaves)}
        for height in range(1, self.size.bit_length()):
            for position in range(size >> height, self.size >> height):
                left, right = self._full[height - 1, 2 * position], self._full[height - 1, 2 * position + 1]
                self._full[height, position] = node_hash(left, right)

    @property
    def frontier(self) -> tuple[bytes, ...]:
        """Roots of the full subtrees now, left to right."""
        return tuple(self._hash(part) for part in _full_ranges(self.size))

    @property
    def root(self) -> bytes:
        """Root of the tree now."""
        return join_subtrees(self.frontier) if self.size else tree_root(())

    @property
    def nodes(self) -> tuple[tuple[int, int, bytes], ...]:
        """Level, position and hash of the tile hashes that are now final: a node of level n has 256**n leaves."""
        return tuple(
            (height // TILE_HEIGHT, position, self._full[height, position])
            for height in range(TILE_HEIGHT, self.size.bit_length(), TILE_HEIGHT)
            for position in range(self.old_size >> height, self.size >> height)
        )

    def path(self, index: int) -> tuple[bytes, ...]:
        """The inclusion path of one of the new leaves. Source: RFC 9162 section 2.1.3.

        Raises:
            KeyError: the leaf is an old one.
        """
        if index < self.old_size:
            raise KeyError(index)
        path, node, last, height = list[bytes](), index, self.size - 1, 0
        while last:
            sibling = node ^ 1
            if sibling <= last:
                path.append(self._full.get((height, sibling)) or self._hash(Range(sibling << height, self.size)))
            node, last, height = node >> 1, last >> 1, height + 1
        return tuple(path)

    def _hash(self, part: Range) -> bytes:
        width = part.end - part.start
        if width & (width - 1) == 0:
            height = width.bit_length() - 1
            return self._full[height, part.start >> height]
        if part not in self._edges:
            self._edges[part] = join_subtrees([self._hash(full) for full in complete_subtrees(*part)])
        return self._edges[part]


def _full_ranges(size: int) -> tuple[Range, ...]:
    """The full subtrees of a tree, left to right."""
    return complete_subtrees(0, size)
