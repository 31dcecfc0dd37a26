"""Hash trees of RFC 6962: roots, and proofs that a stranger can check.

Whoever verifies may have been handed anything, so the verifying functions answer ``False`` or
``None`` to what cannot be a proof; they never raise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

HASH_SIZE = 32
MAX_SIZE = 2**63 - 1
"""Most leaves a tree may claim; a path is then at most 63 hashes long."""


class Range(NamedTuple):
    """Leaves ``start`` up to, not including, ``end``."""

    start: int
    end: int


def leaf_hash(data: bytes) -> bytes:
    """The 32-byte hash of one entry. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of an inner node. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The 32-byte root over leaf hashes; the empty tree has the hash of nothing. Source: RFC 6962 §2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        joined = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = joined + level[len(level) - len(level) % 2 :]
    return level[0]


def inclusion_ranges(index: int, size: int) -> tuple[Range, ...]:
    """The subtrees whose roots prove leaf ``index`` of ``size``, from the leaf upwards.

    Raises:
        IndexError: there is no such leaf. Source: RFC 6962 §2.1.1, PATH.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    start, end, downwards = 0, size, list[Range]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            downwards.append(Range(middle, end))
            end = middle
        else:
            downwards.append(Range(start, middle))
            start = middle
    return tuple(reversed(downwards))


def consistency_ranges(old_size: int, size: int) -> tuple[Range, ...]:
    """The subtrees whose roots prove that a tree of ``size`` extends the one of ``old_size``.

    Raises:
        IndexError: the old tree is empty or larger than the new one. Source: RFC 6962 §2.1.2, PROOF.
    """
    if not 0 < old_size <= size <= MAX_SIZE:
        raise IndexError(f"a tree of {old_size} is no start of a tree of {size}")
    start, end, whole, downwards = 0, size, True, list[Range]()
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            downwards.append(Range(middle, end))
            end = middle
        else:
            downwards.append(Range(start, middle))
            start, whole = middle, False
    if not whole:
        downwards.append(Range(start, end))
    return tuple(reversed(downwards))


def complete_subtrees(start: int, end: int) -> tuple[Range, ...]:
    """The largest full subtrees that make up a range of a proof, left to right; sizes are powers of two."""
    parts = []
    while start < end:
        width = 1 << ((end - start).bit_length() - 1)
        parts.append(Range(start, start + width))
        start += width
    return tuple(parts)


def join_subtrees(hashes: Sequence[bytes]) -> bytes:
    """The root above the hashes of ``complete_subtrees``, joined from the right.

    Raises:
        IndexError: there are none.
    """
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from leaf ``index`` to the root over ``leaves``.

    Raises:
        IndexError: there is no such leaf.
    """
    return tuple(tree_root(leaves[start:end]) for start, end in inclusion_ranges(index, len(leaves)))


def consistency_path(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """The hashes that show the first ``old_size`` leaves unchanged in the tree over ``leaves``.

    Raises:
        IndexError: the old tree is empty or larger.
    """
    return tuple(tree_root(leaves[start:end]) for start, end in consistency_ranges(old_size, len(leaves)))


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a path implies for a leaf hash, or None when it cannot be such a path.

    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size <= MAX_SIZE or not _are_hashes([leaf, *path]):
        return None
    position, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        position, last = position >> 1, last >> 1
    return root if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path shows the leaf hash at ``index`` of the tree with this size and root."""
    return root_from_inclusion(leaf, index, size, path) == root


def verify_consistency(old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows that the newer tree only adds to the older one.

    Every tree extends the empty one, by an empty path. Source: RFC 9162 §2.1.4.2.
    """
    if not 0 <= old_size <= size <= MAX_SIZE or not _are_hashes([old_root, root, *path]):
        return False
    if old_size == 0:
        return not path and old_root == tree_root(()) and (size > 0 or root == old_root)
    if old_size == size:
        return not path and old_root == root
    hashes = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not hashes:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old, new = hashes[0], hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(size: int) -> int:
    """The largest power of two below ``size``, where a tree of that size is divided."""
    return 1 << ((size - 1).bit_length() - 1)


def _are_hashes(values: Sequence[bytes]) -> bool:
    return len(values) <= 2 + 64 and all(isinstance(value, bytes) and len(value) == HASH_SIZE for value in values)
