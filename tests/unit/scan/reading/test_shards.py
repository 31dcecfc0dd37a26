import os
from pathlib import Path

import pytest

from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.scan.shards import find_shards


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("a.jsonl", "b.jsonl", "b.jsonl.xz", "c.md.gz", "sub/d.arrow", "notes"):
        (tmp_path / name).write_text("x")
    return tmp_path


def test_patterns_are_understood(data: Path) -> None:
    assert [shard.name for shard in find_shards([f"{data}/*.jsonl*"])[0]] == ["a.jsonl", "b.jsonl", "b.jsonl.xz"]
    assert [shard.name for shard in find_shards([data / "**" / "*.arrow"])[0]] == ["d.arrow"]
    assert len(find_shards([f"{data}/**"])[0]) == 5
    with pytest.raises(EvidenceMissing, match="CERT-E033"):
        find_shards([f"{data}/*.parquet"])


def test_a_name_that_looks_like_a_pattern_is_a_name(data: Path) -> None:
    (data / "x[1].jsonl").write_text("x")
    assert [shard.name for shard in find_shards([data / "x[1].jsonl"])[0]] == ["x[1].jsonl"]


def test_a_link_that_a_pattern_meets_is_refused(data: Path) -> None:
    (data / "link.jsonl").symlink_to(data / "a.jsonl")
    with pytest.raises(HostileInput, match="CERT-E032"):
        find_shards([f"{data}/*.jsonl"])


def test_what_is_given_twice_is_scanned_once(data: Path) -> None:
    found, _ = find_shards([data / "a.jsonl", data / "a.jsonl", f"{data}/a*", (data / "a.jsonl").as_uri(), data])
    assert len(found) == 5


def test_a_stamp_tells_whether_a_file_was_touched(data: Path) -> None:
    def stamp() -> str:
        [shard], _ = find_shards([data / "a.jsonl"])
        return shard.stamp

    before = stamp()
    assert stamp() == before
    (data / "a.jsonl").write_text("y")
    assert stamp() != before


def test_folders_are_searched_and_other_files_listed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.jsonl", "sub/a.jsonl", "sub/picture.png", "README"):
        (tmp_path / name).write_text("")
    shards, skipped = find_shards([tmp_path])
    assert [shard.name for shard in shards] == ["b.jsonl", "sub/a.jsonl"]
    assert skipped == ["README", "sub/picture.png"]


def test_shards_of_the_same_name_keep_their_paths(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_text("")
    shards, _ = find_shards([tmp_path / "x", tmp_path / "y" / "a.jsonl"])
    assert [shard.name for shard in shards] == [(tmp_path / n / "a.jsonl").as_posix() for n in ("x", "y")]


def test_links_and_special_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    os.mkfifo(tmp_path / "pipe.jsonl")
    for given in (tmp_path, tmp_path / "link.jsonl", tmp_path / "pipe.jsonl"):
        with pytest.raises(HostileInput) as caught:
            find_shards([given])
        assert caught.value.code == "CERT-E032"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceMissing, match="CERT-E033"):
        find_shards([tmp_path / "missing.jsonl"])
    with pytest.raises(EvidenceMissing, match="CERT-E033"):
        find_shards([tmp_path])
    (tmp_path / "a.bin").write_text("")
    with pytest.raises(UsageError, match="CERT-E031"):
        find_shards([tmp_path / "a.bin"])
