"""Consecutive leaves with a proof are all there are; any change to them, their place or their number shows."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.evidence.merkle import tree_root
from certify.evidence.merkle_range import MAX_PROOF, outside_ranges, root_of_range

SHAPES = st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1), st.integers(1, n)))
"""Leaves of the tree, first leaf and most leaves of the range."""


def leaf(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


@settings(max_examples=200, deadline=None)
@given(SHAPES, st.data())
def test_a_range_gives_the_root_and_nothing_else_does(shape: tuple[int, int, int], data: st.DataObject) -> None:
    size, start, length = shape
    end = min(size, start + length)
    leaves = [leaf(number) for number in range(size)]
    proof = [tree_root(leaves[part.start : part.end]) for part in outside_ranges(start, end, size)]
    root = tree_root(leaves)
    page = leaves[start:end]
    assert root_of_range(page, start, size, proof) == root
    assert len(proof) <= MAX_PROOF
    assert root_of_range(page[:-1], start, size, proof) != root
    assert root_of_range(page[1:], start + 1, size, proof) != root
    assert root_of_range([*page, leaf(size)], start, size, proof) != root
    assert root_of_range(page, start, size, [*proof, root]) is None
    changed = data.draw(st.integers(0, len(page) - 1))
    assert root_of_range([*page[:changed], leaf(10**6), *page[changed + 1 :]], start, size, proof) != root
    if proof:
        assert root_of_range(page, start, size, proof[:-1]) is None


def test_what_cannot_be_a_range_is_none() -> None:
    assert root_of_range([], 0, 1, []) is None
    assert root_of_range([b"short"], 0, 1, []) is None
    assert root_of_range([leaf(0)], -1, 1, []) is None
    assert root_of_range([leaf(0)], 0, 2**64, []) is None
    assert root_of_range([leaf(0)], 1, 2, [b"x"]) is None
