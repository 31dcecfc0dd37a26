"""Hash trees against vectors published for Certificate Transparency, and against each other."""

from __future__ import annotations

import hashlib

import pytest

from certify.evidence.merkle import (
    Range,
    complete_subtrees,
    consistency_path,
    consistency_ranges,
    inclusion_path,
    inclusion_ranges,
    join_subtrees,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The inputs and roots that the Certificate Transparency projects share as test data.
CT_INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert tree_root([leaf_hash(data) for data in CT_INPUTS[:size]]).hex() == CT_ROOTS[size]


def test_paths_of_the_seven_leaf_example() -> None:
    """RFC 6962 §2.1.3 draws this tree and names the nodes of its paths."""
    a, b, c, d, e, f, j = hashes = [leaf_hash(data) for data in CT_INPUTS[:7]]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)
    assert inclusion_path(hashes, 0) == (b, h, last)
    assert inclusion_path(hashes, 3) == (c, g, last)
    assert inclusion_path(hashes, 4) == (f, j, k)
    assert inclusion_path(hashes, 6) == (i, k)
    assert consistency_path(hashes, 3) == (c, d, g, last)
    assert consistency_path(hashes, 4) == (last,)
    assert consistency_path(hashes, 6) == (i, j, k)


def test_every_leaf_of_every_small_tree_is_proved() -> None:
    for size in range(1, 65):
        hashes = leaves(size)
        root = tree_root(hashes)
        for index in range(size):
            path = inclusion_path(hashes, index)
            assert verify_inclusion(hashes[index], index, size, path, root)
            assert not verify_inclusion(leaf_hash(b"another"), index, size, path, root)
            assert not verify_inclusion(hashes[index], index, size, path[:-1], root) or not path


def test_every_pair_of_small_trees_is_proved_consistent() -> None:
    for size in range(65):
        hashes = leaves(size)
        root = tree_root(hashes)
        for old in range(1, size + 1):
            path = consistency_path(hashes, old)
            assert verify_consistency(old, size, tree_root(hashes[:old]), root, path)
            assert not verify_consistency(old, size, leaf_hash(b"another"), root, path)
        assert verify_consistency(0, size, tree_root([]), root, ())


def test_a_path_of_another_place_or_size_is_refused() -> None:
    hashes = leaves(21)
    root, path = tree_root(hashes), inclusion_path(hashes, 13)
    accepted = [
        (index, size)
        for size in range(1, 40)
        for index in range(size)
        if verify_inclusion(hashes[13], index, size, path, root)
    ]
    # The path's shape leaves the size open within one level; a signed checkpoint is what fixes it.
    assert (13, 21) in accepted
    assert all(index == 13 for index, _ in accepted)


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0), (5, 4), (0, -1), (0, 2**70), (2**70, 2**71)])
def test_impossible_places_prove_nothing(index: int, size: int) -> None:
    assert root_from_inclusion(leaves(1)[0], index, size, leaves(3)) is None


def test_hostile_paths_prove_nothing() -> None:
    leaf = leaves(1)[0]
    assert root_from_inclusion(leaf, 0, 4, [b"short", leaf]) is None
    assert root_from_inclusion(leaf[:31], 0, 1, []) is None
    assert root_from_inclusion(leaf, 0, 2**62, [leaf] * 1000) is None
    assert not verify_consistency(2, 4, leaf, leaf, [leaf] * 1000)
    assert not verify_consistency(4, 2, leaf, leaf, [])
    assert not verify_consistency(-1, 2, leaf, leaf, [])
    assert not verify_consistency(3, 3, leaf, leaf, [leaf])
    assert not verify_consistency(0, 0, tree_root([]), leaf, [])
    assert not verify_consistency(3, 7, leaf, leaf, [])


def test_asking_for_paths_that_do_not_exist_is_a_mistake() -> None:
    with pytest.raises(IndexError):
        inclusion_ranges(3, 3)
    with pytest.raises(IndexError):
        consistency_ranges(0, 3)
    with pytest.raises(IndexError):
        consistency_ranges(4, 3)


def test_complete_subtrees_join_to_the_root() -> None:
    hashes = leaves(45)
    for size in range(1, 46):
        parts = complete_subtrees(0, size)
        assert parts[0].start == 0
        assert parts[-1].end == size
        assert join_subtrees([tree_root(hashes[start:end]) for start, end in parts]) == tree_root(hashes[:size])
    assert complete_subtrees(4, 7) == (Range(4, 6), Range(6, 7))
    assert complete_subtrees(3, 3) == ()


def test_leaves_and_nodes_cannot_be_confused() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"") != hashlib.sha256(b"").digest()
