"""Somebody else's tree: every proof from tiles equals one from the leaves, and no changed byte is believed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from certify.errors import RegistryError
from certify.evidence.merkle import inclusion_path, tree_root
from certify.trust.note import parse_checkpoint, parse_note
from certify_registry.follow.source import FolderSource
from certify_registry.follow.tree import VerifiedTree
from tests.fakes.tlog import MemoryLog

LOG = MemoryLog(700)
SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 700]


def tree(folder: Path, size: int) -> VerifiedTree:
    return VerifiedTree(FolderSource(folder), parse_checkpoint(parse_note(LOG.checkpoint(size)).text))


@pytest.mark.parametrize("size", SIZES)
def test_roots_proofs_and_entries_are_those_of_the_leaves(tmp_path: Path, size: int) -> None:
    LOG.write(tmp_path, size)
    read = tree(tmp_path, size)
    for old in {0, 1, size // 3, size - 1, size} & set(range(size + 1)):
        assert read.root_at(old) == tree_root(LOG.hashes[:old])
        assert not old or read.consistency(old) == LOG.path(old, size)
    for index in {0, size // 2, size - 1} & set(range(size)):
        assert read.inclusion(index) == inclusion_path(LOG.hashes[:size], index)
    assert list(read.entries(size // 2)) == list(enumerate(LOG.entries[:size]))[size // 2 :]
    assert list(read.entries(size)) == []
    with pytest.raises(IndexError):
        read.root_at(size + 1)


@pytest.mark.slow  # hashes and writes 66,000 entries
def test_a_large_log_of_three_levels(tmp_path: Path) -> None:
    large = MemoryLog(66_000)
    large.write(tmp_path)
    assert (tmp_path / "tile/2/000.p/1").is_file()
    read = VerifiedTree(FolderSource(tmp_path), parse_checkpoint(parse_note(large.checkpoint()).text))
    for size in (1, 300, 65_535, 65_536, 65_537, 66_000):
        assert read.root_at(size) == tree_root(large.hashes[:size])
    for index in (0, 40_000, 65_999):
        assert read.inclusion(index) == inclusion_path(large.hashes, index)


def test_an_older_checkpoint_is_read_from_the_files_of_a_newer_one(tmp_path: Path) -> None:
    """Partial tiles may have been dropped; the full ones hold the same hashes."""
    LOG.write(tmp_path, 700)
    assert not (tmp_path / "tile/0/000.p").exists()
    read = tree(tmp_path, 100)
    assert read.root_at(77) == tree_root(LOG.hashes[:77])
    assert [entry for _, entry in read.entries(90)] == LOG.entries[90:100]


def test_every_file_is_bound_to_the_root(tmp_path: Path) -> None:
    """One flipped bit in each file, in turn, or the file gone: nothing that is read is ever another log's."""
    LOG.write(tmp_path, 700)
    chance = random.Random(7)
    files = sorted(path for path in (tmp_path / "tile").rglob("*") if path.is_file())
    assert len(files) == 7
    for path in files:
        genuine = path.read_bytes()
        for at in [0, len(genuine) - 1, *(chance.randrange(len(genuine)) for _ in range(20))]:
            path.write_bytes(genuine[:at] + bytes([genuine[at] ^ 1 << chance.randrange(8)]) + genuine[at + 1 :])
            with pytest.raises(RegistryError) as caught:
                list(tree(tmp_path, 700).entries(0))
            assert caught.value.code == "CERT-E643"
        for other in (genuine[:-1], b""):
            path.write_bytes(other)
            with pytest.raises(RegistryError):
                list(tree(tmp_path, 700).entries(0))
        path.unlink()
        with pytest.raises(RegistryError):
            list(tree(tmp_path, 700).entries(0))
        path.write_bytes(genuine)
    assert len(list(tree(tmp_path, 700).entries(0))) == 700
