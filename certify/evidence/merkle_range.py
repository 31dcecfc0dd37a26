"""Proofs that consecutive leaves of a hash tree are all there is between two places.

A page of a log's entries with such a proof cannot have left one out, whoever made the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from certify.evidence.merkle import HASH_SIZE, MAX_SIZE, Range, node_hash

MAX_PROOF = 2 * 63
"""Hashes of the longest proof: each side of the range adds at most one for each level."""


def outside_ranges(start: int, end: int, size: int) -> tuple[Range, ...]:
    """The subtrees whose roots, with the leaves ``start`` up to ``end``, give the root of a tree, left to right.

    Raises:
        IndexError: there is no such range, or it is empty.
    """
    if not 0 <= start < end <= size <= MAX_SIZE:
        raise IndexError(f"no leaves {start} to {end} in a tree of {size}")
    return tuple(_outside(Range(0, size), Range(start, end)))


def root_of_range(leaves: Sequence[bytes], start: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that leaf hashes and a proof imply, or None when they cannot belong together.

    Args:
        leaves: the leaf hashes from ``start`` on, in order.
        start: place of the first.
        size: leaves of the whole tree.
        proof: the roots of ``outside_ranges``, in order.
    """
    end = start + len(leaves)
    if not leaves or not 0 <= start < end <= size <= MAX_SIZE or len(proof) > MAX_PROOF:
        return None
    if not all(isinstance(value, bytes) and len(value) == HASH_SIZE for value in (*leaves, *proof)):
        return None
    given = iter(proof)
    root = _root(Range(0, size), Range(start, end), leaves, given)
    return None if next(given, None) is not None else root


def _outside(node: Range, wanted: Range) -> Iterator[Range]:
    if node.end <= wanted.start or node.start >= wanted.end:
        yield node
    elif node.end - node.start > 1:
        left, right = _halves(node)
        yield from _outside(left, wanted)
        yield from _outside(right, wanted)


def _root(node: Range, wanted: Range, leaves: Sequence[bytes], given: Iterator[bytes]) -> bytes | None:
    if node.end <= wanted.start or node.start >= wanted.end:
        return next(given, None)
    if node.end - node.start == 1:
        return leaves[node.start - wanted.start]
    left, right = (_root(half, wanted, leaves, given) for half in _halves(node))
    return None if left is None or right is None else node_hash(left, right)


def _halves(node: Range) -> tuple[Range, Range]:
    """Where RFC 6962 §2.1 divides a tree: after the largest power of two that leaves something."""
    middle = node.start + (1 << ((node.end - node.start - 1).bit_length() - 1))
    return Range(node.start, middle), Range(middle, node.end)
