"""Whatever is appended, in whatever order: the log is what an independent tree says it is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from certify.evidence.merkle import consistency_path, inclusion_path, leaf_hash, tree_root
from certify.trust.bundle import parse_bundle
from certify.trust.keys import generate_signer
from certify.trust.log_entry import entry_of
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry import Registry
from certify_registry.log.growth import Growth
from certify_registry.log.tiles import due_tiles, rightmost_tiles, tiles_of
from tests.fakes import logged_statements as made

SIGNERS = [generate_signer(), generate_signer("ed25519")]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=1, max_size=20))
def test_the_log_is_the_list_of_distinct_statements(submissions: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        registry = Registry.create(Path(home) / "r", "localhost/any", Ed25519PrivateKey.generate())
        for signer in SIGNERS:
            registry.enroll(signer.public_pem, "A", "evaluator")
        leaves: list[bytes] = []
        for number, signer_number in submissions:
            bundle = made.note(number, SIGNERS[signer_number])
            leaf = entry_of(parse_bundle(bundle)).to_bytes()
            appended = registry.append(bundle, now=made.NOW)
            assert appended.duplicate == (leaf in leaves)
            if leaf not in leaves:
                leaves.append(leaf)
            assert appended.index == leaves.index(leaf)
            assert verify_tlog_proof(appended.proof, leaf, registry.vkey).size == len(leaves)
        checkpoint = verify_checkpoint(registry.checkpoint(), parse_vkey(registry.vkey))
        assert checkpoint.root == InmemoryTree.init_from_entries(leaves, algorithm="sha256").get_state()
        assert [row.leaf for row in registry.entries(0, 99)] == leaves
        assert registry.fsck(made.NOW) == ()
        registry.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=6), st.randoms(use_true_random=False))
def test_a_tree_grown_by_batches_is_the_tree(batches: list[int], random: Random) -> None:
    hashes: list[bytes] = []
    growth = Growth((), 0, [])
    nodes: dict[tuple[int, int], bytes] = {}
    for count in batches:
        fresh = [leaf_hash(str(len(hashes) + place).encode()) for place in range(count)]
        growth = Growth(growth.frontier, len(hashes), fresh)
        hashes += fresh
        nodes |= {(level, position): node for level, position, node in growth.nodes}
        assert growth.root == tree_root(hashes)
        for index in random.sample(range(len(hashes) - count, len(hashes)), min(count, 5)):
            assert growth.path(index) == inclusion_path(hashes, index)
    assert nodes == {(1, part): tree_root(hashes[part * 256 :][:256]) for part in range(len(hashes) // 256)}
    if len(hashes) > growth.size - growth.old_size:
        with pytest.raises(KeyError):
            growth.path(0)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 700), st.data())
def test_paths_from_the_database_are_those_of_the_tree(size: int, data: st.DataObject) -> None:
    from sqlalchemy import create_engine, insert

    from certify_registry.log import tree
    from certify_registry.store.tables import Entry, Node, table_of

    hashes = [leaf_hash(str(number).encode()) for number in range(size)]
    entry, node = table_of(Entry), table_of(Node)
    blank = {column.name: "x" for column in entry.columns}
    with create_engine("sqlite://").begin() as connection:
        entry.metadata.create_all(connection)
        rows = [{**blank, "log_index": place, "leaf_hash": leaf, "leaf": b""} for place, leaf in enumerate(hashes)]
        connection.execute(insert(entry), rows)
        for place in range(size // 256):
            full = tree_root(hashes[place * 256 : place * 256 + 256])
            connection.execute(insert(node), [{"level": 1, "position": place, "hash": full}])
        index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
        assert tree.inclusion(connection, index, size) == inclusion_path(hashes, index)
        assert tree.consistency(connection, old, size) == consistency_path(hashes, old)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.integers(0, 2000), st.integers(65_000, 67_000)), st.integers(0, 600))
def test_no_tile_is_forgotten(before: int, more: int) -> None:
    size = before + more
    due = set(due_tiles(before, size))
    assert set(tiles_of(size)) - set(tiles_of(before)) <= due
    assert set(rightmost_tiles(size)) <= set(tiles_of(size))
    assert all(1 <= tile.width <= 256 for tile in due)
