"""A mirror writes nothing that it has not verified, goes on where it was, and is read like the original."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from certify.errors import HostileInput, RegistryError
from certify.trust.note import parse_vkey
from certify.trust.tlog_policy import counted_policy
from certify.trust.tlog_proof import format_tlog_proof, verify_tlog_proof
from certify_registry.follow.mirror import mirror_log
from certify_registry.follow.monitor import Monitor
from certify_registry.follow.source import FolderSource
from certify_registry.follow.state import MonitorState
from certify_registry.follow.tree import VerifiedTree
from certify_registry.log.tiles import tiles_of
from tests.fakes.tlog import MemoryLog, cosigner

LOG, FORK = MemoryLog(700), MemoryLog(700, fork=100)
KEY = parse_vkey(LOG.vkey)


class Counting(FolderSource):
    """A folder that counts what is read, and breaks off after so many files."""

    def __init__(self, folder: Path, limit: int = 10**9) -> None:
        super().__init__(folder)
        self.read_paths: list[str] = []
        self.limit = limit

    def read(self, path: str, limit: int) -> bytes | None:
        if len(self.read_paths) >= self.limit:
            raise RegistryError("CERT-E644", "broken off")
        self.read_paths.append(path)
        return super().read(path, limit)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    LOG.write(tmp_path / "log", 700)
    return tmp_path / "log", tmp_path / "copy"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_copy_is_whole_and_read_like_the_original(places: tuple[Path, Path]) -> None:
    log, copy = places
    done = mirror_log(FolderSource(log), copy, KEY)
    assert (done.written, done.kept) == (7, 0)
    assert files(copy) == files(log)
    assert Monitor(FolderSource(copy), KEY, MonitorState(None)).look("2026-11-26T12:00:00Z").told == 700
    tree = VerifiedTree(FolderSource(copy), done.checkpoint)
    proof = format_tlog_proof(5, tree.inclusion(5), (copy / "checkpoint").read_text())
    assert verify_tlog_proof(proof, LOG.entries[5], LOG.vkey).index == 5


def test_growth_costs_only_what_is_new(places: tuple[Path, Path]) -> None:
    log, copy = places
    LOG.write(log, 520)
    mirror_log(FolderSource(log), copy, KEY)
    LOG.write(log, 700)
    source = Counting(log)
    done = mirror_log(source, copy, KEY)
    assert sorted(source.read_paths) == ["checkpoint", "tile/0/002.p/188", "tile/entries/002.p/188"]
    assert (done.written, done.kept) == (2, 5)
    assert mirror_log(FolderSource(log), copy, KEY).written == 0


def test_a_copy_that_was_cut_off_goes_on(places: tuple[Path, Path]) -> None:
    log, copy = places
    broken = 0
    while broken < 9:
        with suppress(RegistryError):
            mirror_log(Counting(log, limit=4), copy, KEY)
            break
        broken += 1
        assert not (copy / "checkpoint").exists(), "a checkpoint must not promise what is not there"
        for path, data in files(copy).items():
            assert (log / path).read_bytes() == data
    assert 1 <= broken < 9
    assert files(copy) == files(log)


def test_nothing_false_is_written(places: tuple[Path, Path]) -> None:
    log, copy = places
    for tile in tiles_of(700):
        genuine = (log / tile.path).read_bytes()
        (log / tile.path).write_bytes(genuine[:-1] + bytes([genuine[-1] ^ 1]))
        with pytest.raises(RegistryError) as caught:
            mirror_log(FolderSource(log), copy / tile.path, KEY)
        assert caught.value.code == "CERT-E643"
        (log / tile.path).write_bytes(genuine)
        for path, data in files(copy / tile.path).items():
            assert (log / path).read_bytes() == data


def test_damage_in_the_copy_is_repaired(places: tuple[Path, Path]) -> None:
    log, copy = places
    mirror_log(FolderSource(log), copy, KEY)
    for tile in tiles_of(700):
        (copy / tile.path).write_bytes(b"damaged")
        assert mirror_log(FolderSource(log), copy, KEY).written == 1
        assert files(copy) == files(log)


def test_a_log_that_takes_something_back_is_not_copied(places: tuple[Path, Path], tmp_path: Path) -> None:
    log, copy = places
    mirror_log(FolderSource(log), copy, KEY)
    before = files(copy)
    for other, size in ((FORK, 700), (LOG, 600), (MemoryLog(900, fork=650), 900)):
        other.write(tmp_path / f"other-{size}", size)
        with pytest.raises(HostileInput) as caught:
            mirror_log(FolderSource(tmp_path / f"other-{size}"), copy, KEY)
        assert caught.value.code == "CERT-E076"
        assert files(copy) == before


def test_a_policy_of_witnesses_is_kept(places: tuple[Path, Path]) -> None:
    log, copy = places
    with pytest.raises(HostileInput) as caught:
        mirror_log(FolderSource(log), copy, KEY, policy=counted_policy(KEY, [cosigner(1).verifier], 1))
    assert caught.value.code == "CERT-E640"
    assert not files(copy)
