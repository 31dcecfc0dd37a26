"""The text behind spans, read again: the same bytes, or none."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from certify.pipeline.scan_excerpts import read_excerpts
from certify.pipeline.scanning import ScanRequest
from certify.scan import ScanReport, Span
from tests.fakes.scan_sample import QUESTION, finding, sample

LONG = "fill " * 600_000
"""Longer than what is searched at once."""


def span_of(shard: str, document: int, text: str) -> Span:
    start = text.encode().index(QUESTION.encode())
    digest = hashlib.sha256(QUESTION.encode()).hexdigest()
    end = start + len(QUESTION.encode())
    return Span(shard=shard, document=document, start=start, end=end, coverage="full", excerpt_sha256=digest)


def report_of(*spans: Span) -> ScanReport:
    empty = {"answer_only": (), "twins": (), "common_passages": ()}
    return sample()[0].model_copy(update={**empty, "findings": tuple(finding("q1", [span]) for span in spans)})


def parquet(path: Path, rows: list[dict[str, str]]) -> None:
    pyarrow, table = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table.write_table(pyarrow.Table.from_pylist(rows), path)


def json_lines(path: Path, rows: list[dict[str, str]]) -> None:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.mark.parametrize(
    ("name", "write"), [("a.jsonl", json_lines), ("a.jsonl.gz", json_lines), ("a.parquet", parquet)]
)
@pytest.mark.parametrize("before", ["Grüße 前文 ", LONG])
def test_the_same_bytes_come_back(tmp_path, name, write, before):
    texts = ["nothing", f"{before}{QUESTION} and more", f"again {QUESTION}"]
    write(tmp_path / name, [{"text": text} for text in texts])
    spans = [span_of(name, row, texts[row]) for row in (1, 2)]
    found = read_excerpts(ScanRequest((str(tmp_path),)), [report_of(*spans)])
    assert list(found.values()) == [QUESTION, QUESTION]


def test_one_column_is_read_where_one_was_scanned(tmp_path):
    rows = [{"text": f"a {QUESTION}", "note": f"see {QUESTION}"}]
    json_lines(tmp_path / "a.jsonl", rows)
    span = span_of("a.jsonl", 0, rows[0]["note"])
    named = read_excerpts(ScanRequest((str(tmp_path),), text_field="note"), [report_of(span)])
    assert list(named.values()) == [QUESTION]
    assert list(read_excerpts(ScanRequest((str(tmp_path),)), [report_of(span)]).values()) == [None]


def test_what_the_report_holds_is_not_read_again():
    span = span_of("a.jsonl", 0, QUESTION).model_copy(update={"excerpt": QUESTION})
    assert list(read_excerpts(ScanRequest(("nowhere",)), [report_of(span)]).values()) == [QUESTION]


def test_a_shard_that_is_damaged_since_gives_what_can_be_read(tmp_path):
    texts = [f"one {QUESTION}", "two", f"three {QUESTION}"]
    json_lines(tmp_path / "a.jsonl", [{"text": text} for text in texts])
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    (tmp_path / "a.jsonl").write_text("\n".join([lines[0], lines[1], "{"]))
    spans = [span_of("a.jsonl", row, texts[row]) for row in (0, 2)]
    found = read_excerpts(ScanRequest((str(tmp_path / "a.jsonl"),)), [report_of(*spans)])
    assert list(found.values()) == [QUESTION, None]
