"""Data that a program holds: which bytes identify it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certify.errors import UsageError
from certify.identify import read_arrow, read_dataset

pa = pytest.importorskip("pyarrow")


def refusal(source: Any, **arguments: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_arrow(source, **arguments)
    assert caught.value.code == "CERT-E029"
    return caught.value


def test_the_form_of_the_digest_is_the_one_on_the_page() -> None:
    """Worked out by hand, so that anybody can do it again without pyarrow."""

    def sha(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    def column(name: str, kind: str, present: bytes, values: bytes, lengths: bytes, *children: Any) -> dict[str, Any]:
        return {"name": name, "type": kind, "present": sha(present), "values": sha(values), "lengths": sha(lengths),
                "children": list(children)}  # fmt: skip

    def longs(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(8, "little", signed=True) for number in numbers)

    found = read_arrow(pa.table({"t": ["ä", None, ""], "n": [1, None, -2], "l": [["a", None], None, []]}))
    expected = {
        "form": "certify/arrow-content/v1",
        "rows": 3,
        "columns": [
            column("t", "utf8", b"\x01\x00\x01", "ä".encode(), longs(2, 0, 0)),
            column("n", "int64", b"\x01\x00\x01", longs(1, 0, -2), b""),
            column("l", "list", b"\x01\x00\x01", b"", longs(2, 0, 0),
                   column("item", "utf8", b"\x01\x00", b"a", longs(1, 0))),
        ],
    }  # fmt: skip
    canonical = json.dumps(expected, sort_keys=True, separators=(",", ":")).encode()
    assert found.content == canonical
    (entry,) = found.manifest.files
    assert (entry.path, entry.sha256) == ("certify/arrow-content/v1.json", sha(canonical))
    assert found.identity.identity == sha(found.manifest.to_bytes())
    assert (found.files, found.fingerprint, found.identity.shards) == ((), None, 1)


def test_what_is_no_data_is_refused() -> None:
    assert "type list" in refusal([{"text": "a"}]).what
    refusal(pa.table({"a": pa.array([], pa.string())}))
    refusal(pa.table({}))
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array(["x"])])
    assert "no canonical form" in refusal(pa.table({"a": union})).what
    refusal(pa.table({"a": ["x"]}), name="n" * 301)


class Stream:
    """What a streamed dataset looks like."""

    def __init__(self, tables: list[Any]) -> None:
        self.tables = tables

    def with_format(self, kind: str) -> Stream:
        assert kind == "arrow"
        return self

    def iter(self, batch_size: int) -> Any:
        assert batch_size > 1
        return iter(self.tables)


def test_a_stream_whose_columns_change_is_refused() -> None:
    read_arrow(Stream([pa.table({"a": ["x"]}), pa.table({"a": pa.array(["y"], pa.large_string())})]))
    refusal(Stream([pa.table({"a": ["x"]}), pa.table({"a": [1]})]))
    refusal(Stream([pa.table({"a": ["x"]}), pa.table({"b": ["x"]})]))
    refusal(Stream([]))


def test_progress_grows_to_its_end() -> None:
    seen: list[tuple[int, int]] = []
    found = read_arrow(pa.table({"a": ["x" * 100] * 1000}), progress=lambda done, of: seen.append((done, of)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == found.identity.bytes


def test_nothing_of_it_is_imported_before_it_is_needed() -> None:
    script = "import sys, certify.identify; print([m for m in ('pyarrow', 'datasets') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Any:
    datasets = pytest.importorskip("datasets")
    folder = tmp_path_factory.mktemp("corpus")
    lines = (json.dumps({"text": f"row {number}", "n": number}) for number in range(5000))
    (folder / "a.jsonl").write_text("\n".join(lines))
    datasets.disable_progress_bars()
    return datasets.load_dataset(
        "json", data_files=str(folder / "a.jsonl"), cache_dir=str(folder / "cache"), split="train"
    )


@pytest.mark.slow
def test_a_dataset_that_is_its_cache_files_is_identified_by_them(corpus: Any) -> None:
    files = [Path(file["filename"]) for file in corpus.cache_files]
    found = read_arrow(corpus, "sums")
    assert found.files == tuple(files)
    assert found.identity == read_dataset(files, "sums").identity
    assert found.fingerprint == corpus._fingerprint
    assert found.fingerprint not in found.identity.identity


@pytest.mark.slow
def test_a_dataset_that_is_not_its_cache_files_is_identified_by_its_content(corpus: Any) -> None:
    import datasets

    views = [
        corpus.select(range(100)),
        corpus.select(range(4999, -1, -1)),
        corpus.rename_column("text", "words"),
        corpus.remove_columns("n"),
        corpus.filter(lambda row: row["n"] % 2 == 0),
        datasets.concatenate_datasets([corpus.select(range(2500, 5000)), corpus.select(range(2500))]),
        datasets.concatenate_datasets([corpus, corpus]),
    ]
    found = [read_arrow(view) for view in views]
    assert [one.files for one in found] == [()] * len(views)
    assert len({one.identity.identity for one in found}) == len(views)


@pytest.mark.slow
def test_however_the_rows_come_the_content_is_the_same(corpus: Any) -> None:
    expected = read_arrow(corpus.data.table).identity.identity
    import datasets

    halves = datasets.concatenate_datasets([corpus.select(range(2500)), corpus.select(range(2500, 5000))])
    shuffled_back = corpus.select(range(4999, -1, -1)).select(range(4999, -1, -1))
    for same in (halves, shuffled_back, corpus.to_iterable_dataset(num_shards=1)):
        found = read_arrow(same)
        content = found.identity.identity if not found.files else read_arrow(same.data.table).identity.identity
        assert content == expected
