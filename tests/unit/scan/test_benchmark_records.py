"""Records out of benchmark files: every form, and nothing left out silently."""

import gzip
import json
import os
from pathlib import Path

import pytest

from certify.errors import CertifyError, HostileInput
from certify.scan import benchmark_records
from certify.scan.benchmark_records import read_records

RECORDS = [{"question": "one two", "id": 5}, {"question": "drei\u00df vier", "id": 6}]
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)


def refused(path: Path) -> CertifyError:
    with pytest.raises(CertifyError) as caught:
        read_records(path)
    return caught.value


@pytest.fixture(params=["jsonl", "jsonl.gz", "jsonl.zst", "json", "parquet"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"a.{request.param}"
    if request.param == "parquet":
        pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.Table.from_pylist(RECORDS), path)
    elif request.param == "json":
        path.write_text(json.dumps(RECORDS))
    elif request.param == "jsonl.gz":
        path.write_bytes(gzip.compress(LINES.encode()))
    elif request.param == "jsonl.zst":
        path.write_bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(LINES.encode()))
    else:
        path.write_text("\ufeff" + LINES.replace("\n", "\n\n"))
    return path


def test_every_form_gives_the_same_records(file: Path) -> None:
    assert read_records(file) == RECORDS


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "cut',
        b"{'text': 1}",
        b'{"text": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
        b'{"text": "the copy", "text": "hello"}',
    ],
)
def test_a_malformed_line_names_file_and_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"text": "fine"}\n' + line + b"\n")
    error = refused(path)
    assert isinstance(error, HostileInput)
    assert error.code == "CERT-E030"
    assert "bad.jsonl, line 2" in error.what
    assert error.hint


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl.gz", gzip.compress(os.urandom(5000))[:-20]),
        ("a.jsonl.gz", b"not gzip at all"),
        ("a.jsonl.zst", b"not zstd at all"),
        ("a.parquet", b"PAR1 nonsense PAR1"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    pytest.importorskip({"zst": "zstandard", "parquet": "pyarrow"}.get(name.rpartition(".")[2], "gzip"))
    (tmp_path / name).write_bytes(data)
    assert refused(tmp_path / name).code == "CERT-E030"


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.json"])
def test_a_huge_record_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(benchmark_records, "MAX_RECORD", 100)
    (tmp_path / name).write_text('"' + "x" * 200 + '"')
    assert refused(tmp_path / name).code == "CERT-E038"


def test_what_cannot_be_a_benchmark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "a.png")
    found = [refused(tmp_path / name).code for name in ("a.png", "link.jsonl", "missing.jsonl")]
    assert found == ["CERT-E031", "CERT-E032", "CERT-E033"]


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    (tmp_path / "a.jsonl.zst").write_bytes(b"")
    error = refused(tmp_path / "a.jsonl.zst")
    assert (error.code, error.hint) == ("CERT-E035", "pip install zstandard")
