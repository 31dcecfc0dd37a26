"""What a program holds is scanned as the same rows in a file are."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from certify.errors import UsageError
from certify.identify.arrow_data import read_arrow
from certify.scan import Benchmark, ScanReport
from certify.scan.reading import HeldData, TableReader, sample_blocks
from certify.scan.sample import Sample
from certify.scan.scanner import scan
from certify.scan.sources import find_sources

pa = pytest.importorskip("pyarrow")
datasets = pytest.importorskip("datasets")

SEED = bytes(range(32))
ROWS = 300


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    draw = random.Random(3)
    words = [f"{a}{b}" for a in ("stone", "river", "lamp", "cloud", "tiger") for b in range(60)]
    texts = [" ".join(draw.choice(words) for _ in range(80)) for _ in range(ROWS)]
    texts[217] += " " + ITEM
    return [{"text": text, "id": n} for n, text in enumerate(texts)]


ITEM = "A farmer sells twelve brown eggs for nine euros each Monday and feeds the hens at dawn. What does she earn?"
OTHER = "A train of nine wagons leaves the harbour at noon and carries forty tons of grain. How much is left?"
BENCHMARK = Benchmark.from_items("eggs", [("q1", ITEM, "108"), ("q2", OTHER, "")])


def scanned(*data: Any, **options: Any) -> ScanReport:
    return scan(data, [BENCHMARK], seed=SEED, selftest_spikes=5, **options)[0]


FORMS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "dataset": datasets.Dataset.from_list,
    "selection": lambda rows: datasets.Dataset.from_list(rows[::-1]).select(range(ROWS - 1, -1, -1)),
    "iterable dataset": lambda rows: datasets.IterableDataset.from_generator(lambda: iter(rows)),
    "table": pa.Table.from_pylist,
    "chunked table": lambda rows: pa.concat_tables(pa.Table.from_pylist(rows[n : n + 37]) for n in range(0, ROWS, 37)),
    "record batch": pa.RecordBatch.from_pylist,
    "stream": lambda rows: pa.Table.from_pylist(rows).to_reader(max_chunksize=50),
}


@pytest.mark.parametrize("form", FORMS)
def test_data_at_hand_is_scanned_like_a_file(form: str, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "data-1"
    path = path.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    from_file, held = scanned(path), scanned(FORMS[form](rows))
    assert [span.document for finding in held.findings for span in finding.spans] == [217]
    assert held.shards[0].name == "data-1"
    assert held.shards[0].sha256 == read_arrow(pa.Table.from_pylist(rows)).manifest.files[0].sha256
    different = {"shards", "bytes", "findings"}
    assert held.model_dump(exclude=different) == from_file.model_dump(exclude=different)
    place = {"shard": "data-1"}
    assert [
        finding.model_copy(update={"spans": tuple(span.model_copy(update=place) for span in finding.spans)})
        for finding in from_file.findings
    ] == list(held.findings)


@pytest.mark.parametrize("form", FORMS)
def test_what_was_learned_from_is_read_again_and_everything_once(form: str, rows: list[dict[str, Any]]) -> None:
    held = HeldData("mine", FORMS[form](rows))
    sample = Sample.of(sample_blocks([held], budget=20_000))
    assert 0 < sample.seen < ROWS
    reader = TableReader("mine", held)
    assert sum(len(block.rows) for block in reader.blocks()) == ROWS
    assert reader.totals().documents == ROWS
    assert reader.totals().sha256 == read_arrow(pa.Table.from_pylist(rows)).manifest.files[0].sha256


def test_a_stream_is_asked_for_each_row_once(rows: list[dict[str, Any]]) -> None:
    asked: list[int] = []

    def stream() -> Iterator[dict[str, Any]]:
        for row in rows:
            asked.append(row["id"])
            yield row

    assert scanned(datasets.IterableDataset.from_generator(stream)).documents == ROWS
    assert asked == list(range(ROWS))


def test_where_rows_can_be_picked_the_sample_is_spread() -> None:
    held = HeldData("mine", datasets.Dataset.from_list([{"text": f"{n:08d}" * 5000} for n in range(400)]))
    assert held.size is not None
    assert held.size > 15_000_000
    rows = [int(batch.column(0)[0].as_py()[:8]) for batch in held.some(4 << 20)]
    assert rows == [50 + 100 * n for n in range(4)]


def test_the_size_of_a_selection_is_its_own() -> None:
    whole = datasets.Dataset.from_list([{"text": "x" * 1000} for _ in range(1000)])
    assert HeldData("mine", whole.select([5, 3, 1])).size == pytest.approx(3000, rel=0.05)
    assert HeldData("mine", whole.to_iterable_dataset()).size is None


def test_names_tell_sources_apart(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": ITEM}) + "\n")
    table = pa.Table.from_pylist(rows)
    report = scanned(table, HeldData("mine", table), HeldData("mine", table), tmp_path, HeldData("a.jsonl", table))
    names = ["a.jsonl", "data-1", "mine", "mine (2)", "a.jsonl (2)"]
    assert [shard.name for shard in report.shards] == names
    assert [(span.shard, span.document) for span in report.findings[0].spans] == [
        ("a.jsonl", 0), *((name, 217) for name in names[1:])
    ]  # fmt: skip


def test_one_column_of_data_at_hand(rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows)
    assert scanned(table, text_field="text").contaminated == 1
    with pytest.raises(UsageError, match="CERT-E034"):
        scanned(table, table, text_field="txt")
    report = scanned(table, pa.table({"other": ["a word"]}), text_field="text")
    assert [(part.shard, part.row, part.bytes > 0) for part in report.unscanned] == [("data-2", None, True)]


@pytest.mark.parametrize("data", [{"text": "a"}, 5, datasets.DatasetDict(), pa.table({"text": []})])
def test_what_is_no_data_is_refused(data: Any) -> None:
    with pytest.raises(UsageError, match="CERT-E029"):
        scanned(data)


def test_files_need_no_data_at_hand(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('"x"\n')
    assert [source.name for source in find_sources([tmp_path])[0]] == ["a.jsonl"]
