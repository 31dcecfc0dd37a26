import gzip
import json
import os
from pathlib import Path

import pytest

from certify.errors import CertifyError, EvidenceMissing, HostileInput, UsageError
from certify.scan import readers
from certify.scan.readers import read_shard
from certify.scan.shards import Shard, find_shards

RECORDS = [{"text": "one two", "id": 5}, {"text": "drei\u00df vier", "meta": {"note": "side column"}}]
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)


def _texts(path: Path, field: str | None = None) -> list[tuple[int, str]]:
    return [(document.row, document.text) for document in read_shard(Shard(path.name, path), field)]


def _code(path: Path, field: str | None = None) -> CertifyError:
    with pytest.raises(CertifyError) as caught:
        _texts(path, field)
    return caught.value


@pytest.fixture(params=["jsonl", "gz", "zst", "json", "parquet"])
def shard(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kind = request.param
    if kind == "gz":
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(gzip.compress(LINES.encode()))
    elif kind == "zst":
        zstandard = pytest.importorskip("zstandard")
        path = tmp_path / "a.jsonl.zst"
        path.write_bytes(zstandard.ZstdCompressor().compress(LINES.encode()))
    elif kind == "json":
        path = tmp_path / "a.json"
        path.write_text(json.dumps(RECORDS))
    elif kind == "parquet":
        pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        path = tmp_path / "a.parquet"
        parquet.write_table(pyarrow.Table.from_pylist([{"text": r["text"], **r} for r in RECORDS]), path)
    else:
        path = tmp_path / "a.jsonl"
        path.write_text(LINES)
    return path


def test_every_format_gives_the_same_documents(shard: Path) -> None:
    rows = _texts(shard, "text")
    assert rows == [(0, "one two"), (1, "dreiß vier")]


def test_by_default_no_column_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINES + '{"title": "only a title", "tags": ["x", {"y": "deep"}]}\n')
    assert [text for _, text in _texts(path)] == ["one two", "dreiß vier\nside column", "only a title\nx\ndeep"]


def test_the_main_column_comes_first_and_messages_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    chat = {"source": "web", "messages": [{"role": "user", "content": "hello"}, {"role": "bot", "content": "hi"}]}
    path.write_text(json.dumps(chat) + "\n")
    assert _texts(path)[0][1] == "user\nhello\nbot\nhi\nweb"
    assert _texts(path, "messages")[0][1] == "user\nhello\nbot\nhi"


def test_rows_are_line_numbers_even_with_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"first"\n\n"third"\n')
    assert _texts(path) == [(0, "first"), (2, "third")]


def test_a_text_file_is_one_document(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("all\nof it")
    assert _texts(path) == [(0, "all\nof it")]


@pytest.mark.parametrize(
    "line", [b'{"text": "cut', b"{'text': 1}", b'{"text": "\xff\xfe"}', b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"]
)
def test_a_malformed_line_names_shard_and_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"text": "fine"}\n' + line + b"\n")
    error = _code(path)
    assert isinstance(error, HostileInput)
    assert error.code == "CERT-E030"
    assert "bad.jsonl, line 2" in error.what
    assert error.hint


def test_truncated_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(os.urandom(5000))[:-20])
    assert _code(path).code == "CERT-E030"
    path.write_bytes(b"not gzip at all")
    assert _code(path).code == "CERT-E030"
    pytest.importorskip("zstandard")
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"not zstd at all")
    assert _code(path).code == "CERT-E030"


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nonsense PAR1")
    assert _code(path).code == "CERT-E030"


def test_a_row_without_the_named_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINES)
    error = _code(path, "meta.note")
    assert (error.code, "row 1" in error.what) == ("CERT-E034", True)


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.json"])
def test_a_huge_record_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(readers, "MAX_RECORD", 100)
    path = tmp_path / name
    path.write_text('"' + "x" * 200 + '"')
    assert _code(path).code == "CERT-E038"


def test_a_huge_row_in_a_compressed_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(readers, "MAX_RECORD", 100)
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"text": ["x" * 200]}), path)
    assert _code(path).code == "CERT-E038"


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"")
    error = _code(path)
    assert (error.code, error.hint) == ("CERT-E035", "pip install zstandard")


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


def test_a_repeated_key_cannot_hide_a_value(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"text": "the copy", "text": "hello"}\n')
    assert _code(path).code == "CERT-E030"


def test_a_key_of_several_words_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"How many apples are left over": 1, "text": "hello"}) + "\n")
    assert _texts(path) == [(0, "hello\nHow many apples are left over")]
