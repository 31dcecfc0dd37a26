"""Hash trees against an independent implementation, for trees of any shape."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from certify.evidence.merkle import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_from_inclusion,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = st.lists(st.binary(max_size=40), min_size=1, max_size=200)


@settings(max_examples=60, deadline=None)
@given(ENTRIES)
def test_roots_agree_with_pymerkle(entries: list[bytes]) -> None:
    oracle = InmemoryTree.init_from_entries(entries, algorithm="sha256")
    hashes = [leaf_hash(entry) for entry in entries]
    assert tree_root(hashes) == oracle.get_state()
    for size in {1, len(entries) // 2, len(entries) - 1} - {0}:
        assert tree_root(hashes[:size]) == oracle.get_state(size)


@settings(max_examples=60, deadline=None)
@given(ENTRIES, st.data())
def test_what_pymerkle_proves_we_prove_alike(entries: list[bytes], data: st.DataObject) -> None:
    oracle = InmemoryTree.init_from_entries(entries, algorithm="sha256")
    hashes = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(entries) - 1))
    theirs = oracle.prove_inclusion(index + 1, len(entries)).serialize()["path"][1:]
    assert [node.hex() for node in inclusion_path(hashes, index)] == theirs


@settings(max_examples=100, deadline=None)
@given(ENTRIES, st.data())
def test_a_changed_path_proves_nothing(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    root, size = tree_root(hashes), len(hashes)
    index = data.draw(st.integers(0, size - 1))
    path = list(inclusion_path(hashes, index))
    assert verify_inclusion(hashes[index], index, size, path, root)
    if not path:
        return
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    path[place] = (int.from_bytes(path[place], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not verify_inclusion(hashes[index], index, size, path, root)


@settings(max_examples=100, deadline=None)
@given(ENTRIES, st.data())
def test_a_rewritten_past_is_never_consistent(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    old = data.draw(st.integers(1, len(hashes)))
    path = consistency_path(hashes, old)
    assert verify_consistency(old, len(hashes), tree_root(hashes[:old]), tree_root(hashes), path)
    rewritten = [leaf_hash(b"rewritten"), *hashes[1:]]
    if rewritten != hashes:
        assert not verify_consistency(old, len(hashes), tree_root(rewritten[:old]), tree_root(hashes), path)
        forged = consistency_path(rewritten, old)
        assert not verify_consistency(old, len(hashes), tree_root(hashes[:old]), tree_root(rewritten), forged)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-5, 2**66),
    st.integers(-5, 2**66),
    st.lists(st.one_of(st.binary(min_size=32, max_size=32), st.binary(max_size=40)), max_size=70),
)
def test_hostile_proofs_get_an_answer(index: int, size: int, path: list[bytes]) -> None:
    leaf = leaf_hash(b"leaf")
    root = root_from_inclusion(leaf, index, size, path)
    assert root is None or len(root) == 32
    assert not verify_consistency(index, size, leaf, leaf_hash(b"other"), path)
