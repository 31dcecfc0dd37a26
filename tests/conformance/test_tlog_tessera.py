"""Somebody else's log: checkpoints and tiles that the Tessera project publishes as test data."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from certify.evidence.merkle import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    tree_root,
    verify_consistency,
)
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.tlog_proof import format_tlog_proof, verify_tlog_proof
from certify_registry.follow.mirror import mirror_log
from certify_registry.follow.monitor import Monitor
from certify_registry.follow.source import FolderSource
from certify_registry.follow.state import MonitorState
from certify_registry.follow.tree import VerifiedTree

VKEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
EMPTY_AND_UP = range(16)


@pytest.fixture(scope="module")
def log() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("CERTIFY_SHARED_DATA", beside)) / "tlog-tessera"
    if not folder.is_dir():
        pytest.skip("the Tessera test log is not on this machine; set CERTIFY_SHARED_DATA")
    return folder


def entries(log: Path, size: int) -> list[bytes]:
    data, found = (log / f"tile/entries/000.p/{size}").read_bytes(), []
    while data:
        length = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def hashes(log: Path, size: int) -> list[bytes]:
    tile = (log / f"tile/0/000.p/{size}").read_bytes() if size else b""
    return [tile[start : start + 32] for start in range(0, len(tile), 32)]


@pytest.mark.parametrize("size", EMPTY_AND_UP)
def test_signature_and_root_of_every_checkpoint(log: Path, size: int) -> None:
    checkpoint = verify_checkpoint((log / f"checkpoint.{size}").read_text(), parse_vkey(VKEY))
    assert checkpoint.size == size
    assert checkpoint.root == tree_root(hashes(log, size))


def test_every_entry_is_proved_from_its_bytes(log: Path) -> None:
    note, leaves = (log / "checkpoint.15").read_text(), hashes(log, 15)
    for index, entry in enumerate(entries(log, 15)):
        assert leaf_hash(entry) == leaves[index]
        text = format_tlog_proof(index, inclusion_path(leaves, index), note)
        assert verify_tlog_proof(text, entry, VKEY).index == index


@pytest.mark.parametrize("size", EMPTY_AND_UP)
def test_its_tiles_are_read_and_verified_under_every_checkpoint(log: Path, size: int) -> None:
    checkpoint = verify_checkpoint((log / f"checkpoint.{size}").read_text(), parse_vkey(VKEY))
    tree, leaves = VerifiedTree(FolderSource(log), checkpoint), hashes(log, size)
    assert [tree.root_at(old) for old in range(size + 1)] == [tree_root(leaves[:old]) for old in range(size + 1)]
    assert [entry for _, entry in tree.entries(0)] == (entries(log, size) if size else [])


def test_a_monitor_and_a_mirror_follow_it_from_one_checkpoint_to_the_next(log: Path, tmp_path: Path) -> None:
    """As the log was published, one entry at a time; at the end the copy holds its files byte for byte."""
    shutil.copytree(log / "tile", tmp_path / "log" / "tile")
    state = MonitorState(tmp_path / "state.db")
    watched = Monitor(FolderSource(tmp_path / "log"), parse_vkey(VKEY), state)
    for size in EMPTY_AND_UP:
        shutil.copyfile(log / f"checkpoint.{size}", tmp_path / "log" / "checkpoint")
        seen = watched.look("2026-11-26T12:00:00Z")
        assert (seen.fault, seen.checkpoint.size, seen.told) == ("", size, 1 if size else 0)
        mirror_log(FolderSource(tmp_path / "log"), tmp_path / "copy", parse_vkey(VKEY))
    copied = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert len(copied) == 1 + 2 * 15
    for path in copied:
        assert path.read_bytes() == (tmp_path / "log" / path.relative_to(tmp_path / "copy")).read_bytes()


def test_every_checkpoint_extends_the_earlier_ones(log: Path) -> None:
    key = parse_vkey(VKEY)
    notes = [verify_checkpoint((log / f"checkpoint.{size}").read_text(), key) for size in EMPTY_AND_UP]
    for new in notes:
        leaves = hashes(log, new.size)
        for old in notes[1 : new.size + 1]:
            path = consistency_path(leaves, old.size)
            assert verify_consistency(old.size, new.size, old.root, new.root, path)
