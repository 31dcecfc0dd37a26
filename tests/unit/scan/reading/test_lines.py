import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.scan.fields import document_text
from certify.scan.reading import cutting, lines, losses
from certify.scan.reading.lines import json_lines
from certify.scan.reading.losses import Job
from certify.scan.reading.sampling import _Bytes
from certify.scan.report import UnscannedPart


def write(path: Path, *rows: bytes) -> Path:
    path.write_bytes(b"".join(row + b"\n" for row in rows))
    return path


def test_the_document_has_its_main_column_first_and_the_block_its_text_as_it_stands(tmp_path: Path, read: Any) -> None:
    chat = {"source": "web", "messages": [{"role": "user", "content": "hello"}, {"role": "bot", "content": "hi"}]}
    found = read(write(tmp_path / "a.jsonl", json.dumps(chat).encode()))
    assert found.documents == {0: "user\nhello\nbot\nhi\nweb"}
    assert found.lexed == {0: "web\nuser\nhello\nbot\nhi"}


def test_no_column_is_left_out_and_a_key_of_several_words_is_text(tmp_path: Path, read: Any) -> None:
    rows = [
        b'{"text": "one", "id": 5, "meta": {"note": "side column"}}',
        b'{"title": "only a title", "tags": ["x", {"y": "deep"}]}',
        b'{"How many apples are left over": 1, "text": "hello"}',
        b'{"text": "the copy", "text": "hello"}',
    ]
    assert read(write(tmp_path / "a.jsonl", *rows)).documents == {
        0: "one\nside column",
        1: "only a title\nx\ndeep",
        2: "hello\nHow many apples are left over",
        3: "the copy\nhello",
    }


def test_bad_rows_are_named_and_the_others_read(tmp_path: Path, read: Any) -> None:
    bad = [b'{"text": "cut', b"garbage", b'{"text": "\xff\xfe"}', b"[" * 100_000]
    rows = [b'{"text": "first"}', *bad, b"", b"  \x0b ", b"\xef\xbb\xbf" + b'"marked"', b'{"n": 5}', b'"last"']
    found = read(write(tmp_path / "a.jsonl", *rows))
    assert found.documents == {0: "first", 7: "marked", 9: "last"}
    assert found.totals.documents == 4
    assert [(lost.row, lost.bytes) for lost in found.totals.unscanned] == [
        (row, len(line) + 1) for row, line in enumerate(bad, 1)
    ]
    assert "not UTF-8" in found.totals.unscanned[2].reason
    assert "levels deep" in found.totals.unscanned[3].reason


def test_a_file_that_breaks_off_loses_its_last_line(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "whole"}\n{"text": "half of')
    found = read(path)
    assert found.documents == {0: "whole"}
    assert [(lost.row, lost.bytes) for lost in found.totals.unscanned] == [(1, 17)]
    path.write_bytes(b'"whole"\n"no line feed"')
    assert read(path).documents == {0: "whole", 1: "no line feed"}


def test_an_empty_shard_holds_no_documents(tmp_path: Path, read: Any) -> None:
    for name in (
        "a.jsonl",
        "a.json",
        "a.txt",
        "a.jsonl.gz",
        "a.jsonl.zst",
        "a.txt.xz",
        "a.md.bz2",
        "a.parquet",
        "a.arrow",
    ):
        (tmp_path / name).touch()
        totals = read(tmp_path / name).totals
        assert (totals.bytes, totals.documents, totals.unscanned) == (0, 0, ()), name


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 256)
    monkeypatch.setattr(losses, "MAX_RECORD", 2000)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("length", [1900, 2500, 5000, 100_000])
@pytest.mark.parametrize("ending", [b'"}\n"last"\n', b'"}\n"last"', b'"}\n', b'"}', b""])
def test_a_line_beyond_the_limit_is_passed_over(tmp_path: Path, read: Any, length: int, ending: bytes) -> None:
    path = tmp_path / "a.jsonl"
    line = b'{"text": "' + b"x" * length + ending
    path.write_bytes(b'"first"\n' + line)
    found = read(path)
    assert 0 in found.documents
    assert (2 in found.documents) == (b"last" in ending)
    if length > 2000:
        size = line.find(b"\n") + 1 or len(line)
        assert found.totals.unscanned == (UnscannedPart(shard="a.jsonl", row=1, bytes=size, reason=losses.TOO_LARGE),)
    else:
        assert (1 in found.documents) == bool(ending)


def test_a_file_of_garbage_does_not_fill_the_memory(tmp_path: Path, read: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(losses, "MAX_NAMED", 10)
    found = read(write(tmp_path / "a.jsonl", *[b"garbage"] * 100, b'"fine"'))
    *named, rest = found.totals.unscanned
    assert found.documents == {100: "fine"}
    assert [lost.row for lost in named] == list(range(10))
    reason = "90 more rows that cannot be read"
    assert rest == UnscannedPart(shard="a.jsonl", row=None, bytes=90 * 8, reason=reason)


def test_one_column_can_be_named(tmp_path: Path, read: Any) -> None:
    rows = [
        b'{"meta": {"note": "one"}, "text": "x"}',
        b'{"text": "y"}',
        b'{"meta": {"note": null}}',
        b'{"meta": 5}',
        b"{",
    ]
    found = read(write(tmp_path / "a.jsonl", *rows), "meta.note")
    assert found.documents == {0: "one"}
    assert found.totals.documents == 2
    assert [lost.row for lost in found.totals.unscanned] == [1, 3, 4]
    assert found.totals.unscanned[0].reason == "there is no column 'meta.note'"


def test_a_shard_without_the_named_column_is_unscanned_as_a_whole(tmp_path: Path, read: Any) -> None:
    path = write(tmp_path / "a.jsonl", b'{"text": "x"}', b'{"text": "y"}')
    assert read(path, "other").totals.unscanned == (
        UnscannedPart(shard="a.jsonl", row=None, bytes=path.stat().st_size, reason="there is no column 'other'"),
    )


ROW = st.dictionaries(st.sampled_from(["text", "a", "prompt"]), st.text("ab \n\u00e9\u4e2d", max_size=300), max_size=3)


@settings(deadline=None)
@given(st.lists(ROW | st.just(None), max_size=12), st.integers(80, 3000))
def test_the_size_of_chunks_and_pieces_changes_no_document(rows: list[Any], size: int) -> None:
    from tests.unit.scan.reading.conftest import assembled

    data = b"".join(b"\n" if row is None else json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    expected = {n: text for n, row in enumerate(rows) if row is not None and (text := document_text(row))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", size)
        patch.setattr(cutting, "PIECE", size)
        patch.setattr(cutting, "OVERLAP", size // 4)
        job = Job("a")
        documents, _ = assembled(list(json_lines(_Bytes(data), job, plain=True)))
    assert documents == expected
    assert job.documents == sum(row is not None for row in rows)
    assert job.unscanned(len(data)) == ()


def test_a_long_document_is_cut_between_words_and_each_byte_owned_once(tmp_path: Path, read: Any) -> None:
    text = " ".join(f"w\u00f6rd{n}" for n in range(400_000))
    found = read(write(tmp_path / "a.jsonl", b'"before"', json.dumps({"text": text}).encode(), b'"behind"'))
    assert found.documents == {0: "before", 1: text, 2: "behind"}
    data = text.encode()
    pieces = [
        (int(block.bases[n]), int(block.owned[n]), int(block.starts[n + 1] - block.starts[n]))
        for block in found.blocks
        for n in range(len(block.rows))
        if block.rows[n] == 1
    ]
    assert len(pieces) > 4
    for (base, owned, length), (following, _, _) in itertools.pairwise(pieces):
        assert base + owned == following
        assert length - owned >= cutting.OVERLAP
        assert data[following - 1 : following] == b" "
    assert sum(owned for _, owned, _ in pieces) == len(data)
    assert all(len(block.text) <= cutting.BLOCK + cutting.PIECE for block in found.blocks)
