import bz2
import gzip
import hashlib
import json
import lzma
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.errors import UsageError
from certify.scan.reading import attempts, losses, open_shard, packed
from certify.scan.shards import Shard, find_shards


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": _zstd,
}


@pytest.fixture(scope="module")
def rows() -> list[str]:
    draw = random.Random(5)
    return [" ".join(f"{draw.getrandbits(40):x}" for _ in range(40)) for _ in range(2000)]


@pytest.fixture(scope="module")
def lines(rows: list[str]) -> bytes:
    return b"".join(json.dumps({"text": row}).encode() + b"\n" for row in rows)


@pytest.mark.parametrize("kind", ["jsonl", "ndjson", "json", "parquet", "arrow"])
def test_every_format_gives_the_same_documents(tmp_path: Path, read: Any, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    records = [{"text": "one two", "note": "a"}, {"text": "drei\u00df vier", "note": None}, {"text": "", "note": "b"}]
    if kind in ("parquet", "arrow"):
        import pyarrow as pa
        from pyarrow import feather, parquet

        table = pa.Table.from_pylist(records)
        parquet.write_table(table, path) if kind == "parquet" else feather.write_feather(table, path)
    else:
        path.write_text(json.dumps(records) if kind == "json" else "".join(json.dumps(one) + "\n" for one in records))
    assert read(path, "text").documents == {0: "one two", 1: "drei\u00df vier"}
    everything = {row: text.strip() for row, text in read(path).documents.items()}
    assert everything == {0: "one two\na", 1: "drei\u00df vier", 2: "b"}


@pytest.mark.parametrize("kind", PACK)
def test_archives_of_several_parts_are_read_whole(
    tmp_path: Path, read: Any, kind: str, rows: Any, lines: bytes
) -> None:
    path = tmp_path / f"a.jsonl.{kind}"
    path.write_bytes(PACK[kind](lines) + PACK[kind](b'"second part"\n') + PACK[kind](b""))
    found = read(path)
    assert list(found.documents.values()) == [*rows, "second part"]
    assert found.totals.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.totals.bytes, found.totals.unscanned) == (path.stat().st_size, ())


@pytest.mark.parametrize("kind", PACK)
def test_of_an_archive_that_breaks_off_the_beginning_is_read(
    tmp_path: Path, read: Any, kind: str, rows: Any, lines: bytes
) -> None:
    path = tmp_path / f"a.jsonl.{kind}"
    packed_lines = PACK[kind](lines)
    path.write_bytes(packed_lines + packed_lines[: len(packed_lines) * 9 // 10])
    found = read(path)
    assert list(found.documents.values())[:2000] == rows
    # bzip2 and zstd give out whole blocks only; in xz and gzip nearly all of the second part is there.
    assert len(found.documents) >= {"gz": 3700, "xz": 3700, "zst": 3000, "bz2": 2000}[kind]
    assert found.totals.documents == len(found.documents)
    [lost] = found.totals.unscanned
    assert lost.row is None
    assert "ends in the middle" in lost.reason
    assert found.totals.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", PACK)
def test_of_a_damaged_archive_the_beginning_is_read(
    tmp_path: Path, read: Any, kind: str, rows: Any, lines: bytes
) -> None:
    path = tmp_path / f"a.jsonl.{kind}"
    path.write_bytes(PACK[kind](lines) + b"what is this" * 10_000)
    found = read(path)
    assert list(found.documents.values()) == rows
    [lost] = found.totals.unscanned
    assert (lost.row, 0 < lost.bytes < path.stat().st_size) == (None, True)
    path.write_bytes(b"not packed at all")
    found = read(path)
    assert [(lost.row, lost.bytes) for lost in found.totals.unscanned] == [(None, 17)]


@pytest.mark.parametrize("kind", ["gz", "xz", "zst"])
def test_a_flipped_byte_is_noticed(tmp_path: Path, read: Any, kind: str, lines: bytes) -> None:
    path = tmp_path / f"a.jsonl.{kind}"
    data = bytearray(PACK[kind](lines))
    data[-6] ^= 0xFF
    path.write_bytes(data)
    if kind == "zst":  # frames of this encoder have no checksum: damage shows in the text or in the structure
        assert read(path).totals.sha256 == hashlib.sha256(data).hexdigest()
    else:
        assert "damaged" in read(path).totals.unscanned[-1].reason


@pytest.mark.parametrize("kind", PACK)
def test_what_expands_beyond_measure_is_not_unpacked(tmp_path: Path, read: Any, monkeypatch: Any, kind: str) -> None:
    monkeypatch.setattr(packed, "FREELY", 1 << 20)
    monkeypatch.setattr(packed, "MAX_RATIO", 100)
    path = tmp_path / f"a.txt.{kind}"
    path.write_bytes(PACK[kind](b"0" * (64 << 20)))
    found = read(path)
    [lost] = found.totals.unscanned
    assert "expands" in lost.reason
    assert sum(len(block.text) for block in found.blocks) < 48 << 20
    assert found.totals.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_missing_package_is_named(tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    (tmp_path / "a.jsonl.zst").write_bytes(b"x")
    with pytest.raises(UsageError, match="CERT-E035"):
        read(tmp_path / "a.jsonl.zst")


def test_a_shard_that_changes_meanwhile_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"one"\n')
    readers = []
    for number, reader in enumerate(attempts(Shard("a", path), retries=4)):
        blocks = reader.blocks()
        next(blocks)
        if number < 2:
            with path.open("a") as stream:
                stream.write('"more"\n')
        assert list(blocks) == []
        readers.append((reader.changed, reader.totals().documents, len(reader.totals().unscanned)))
    assert readers == [(True, 0, 1), (True, 0, 1), (False, 3, 0)]


def test_a_shard_that_never_stands_still_is_unscanned(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"one"\n')
    for number, reader in enumerate(attempts(Shard("a", path), retries=1)):
        blocks = reader.blocks()
        next(blocks)
        path.write_text(f'"{number} other"\n')
        list(blocks)
    assert number == 1
    [lost] = reader.totals().unscanned
    assert (lost.row, lost.reason) == (None, losses.CHANGED)


def test_what_cannot_be_opened_is_unscanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Any) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"one"\n')
    [shard], _ = find_shards([path])
    (tmp_path / "link.jsonl").symlink_to(path)
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name in ("link.jsonl", "pipe.jsonl", "gone.jsonl"):
        totals = read(tmp_path / name).totals
        assert (totals.documents, totals.sha256, len(totals.unscanned)) == (0, "", 1)
    real = os.open

    def forbidden(place: Any, *rest: Any, **named: Any) -> int:
        if place == path:
            raise PermissionError(13, "Permission denied")
        return real(place, *rest, **named)

    monkeypatch.setattr(os, "open", forbidden)
    [lost] = read(shard).totals.unscanned
    assert (lost.row, lost.bytes, lost.reason) == (None, 6, "cannot be opened: Permission denied")


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_read_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Any, failures: int
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"one"\n')
    left = [failures]
    real = os.preadv

    def failing(*arguments: Any) -> int:
        if left[0]:
            left[0] -= 1
            raise OSError(5, "Input/output error")
        return real(*arguments)

    monkeypatch.setattr(os, "preadv", failing)
    totals = read(path).totals
    if failures <= 2:
        assert (totals.documents, totals.unscanned) == (1, ())
    else:
        assert totals.documents == 0
        assert totals.unscanned[0].reason == "cannot be read: Input/output error"


def test_totals_are_known_only_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('"one"\n')
    reader = open_shard(Shard("a", tmp_path / "a.jsonl"))
    with pytest.raises(RuntimeError):
        reader.totals()
    list(reader.blocks())
    assert reader.totals().documents == 1
