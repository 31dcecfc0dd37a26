import hashlib
import json
import os
from pathlib import Path

import pytest

from certify.check import benchmarks
from certify.check.benchmarks import catalogue, read_benchmark
from certify.errors import HostileInput, UsageError

SHARED = Path(os.environ.get("CERTIFY_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_rows_of_our_families_can_be_varied(benchmark_file):
    benchmark = read_benchmark(str(benchmark_file))
    assert benchmark.id == "tiny"
    assert benchmark.sha256 == hashlib.sha256(benchmark_file.read_bytes()).hexdigest()
    assert len(benchmark.items) == 30
    assert {item.verifier for item in benchmark.items} == {f"family:{item.problem.family}" for item in benchmark.items}


def test_other_rows_are_numbers_or_texts(tmp_path):
    rows = [
        {"question": "a?", "answer": "6*7 = <<6*7=42>>42\n#### 1,042"},
        {"question": "b?", "answer": 42},
        {"question": "c?", "answer": r"so \boxed{\frac{1}{2}}"},
        {"question": "d?", "answer": "Paris"},
    ]
    items = read_benchmark(str(written(tmp_path / "b.jsonl", *rows))).items
    assert [(item.id, item.gold, item.verifier) for item in items] == [
        ("0", "1,042", "integer"),
        ("1", "42", "integer"),
        ("2", r"\frac{1}{2}", "text"),
        ("3", "Paris", "text"),
    ]


BAD = {
    "empty": "",
    "not JSON": "question",
    "not an object": "[1]\n",
    "no columns": '{"q": "a", "a": "b"}\n',
    "empty question": '{"question": "a", "answer": "b"}\n{"question": " ", "answer": "b"}\n',
    "no answer": '{"question": "a", "answer": "b"}\n{"question": "a"}\n',
    "id twice": '{"id": 1, "question": "a", "answer": "b"}\n{"id": "1", "question": "a", "answer": "b"}\n',
    "duplicate key": '{"question": "a", "question": "b", "answer": "b"}\n',
    "endless id": json.dumps({"id": "x" * 201, "question": "a", "answer": "b"}) + "\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_file_that_is_no_benchmark_is_a_usage_error(tmp_path, text):
    (tmp_path / "b.jsonl").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_benchmark(str(tmp_path / "b.jsonl"))
    assert caught.value.code == "CERT-E100"


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "0"},
        {"facts": {}},
        {"facts": []},
        {"level": 9},
        {"template": "x"},
        {"question": "?"},
    ],
)
def test_facts_that_do_not_make_the_problem_are_refused(benchmark_file, change):
    rows = [json.loads(line) for line in benchmark_file.read_text().splitlines()]
    for row in rows:
        written(benchmark_file, {**row, **change})
        with pytest.raises(UsageError) as caught:
            read_benchmark(str(benchmark_file))
        assert caught.value.code == "CERT-E100"


def test_problems_of_another_generator_version_are_asked_but_get_no_twin(benchmark_file):
    rows = [json.loads(line) for line in benchmark_file.read_text().splitlines()]
    written(benchmark_file, *({**row, "version": 99} for row in rows))
    items = read_benchmark(str(benchmark_file)).items
    assert {item.problem for item in items} == {None}
    assert {item.verifier for item in items} == {f"family:{row['family']}" for row in rows}


def test_every_problem_of_the_shipped_benchmarks_can_get_a_twin():
    names = catalogue()
    assert names, "no benchmark is shipped"
    for name in names:
        assert all(item.problem is not None for item in read_benchmark(name).items)


@pytest.mark.parametrize("name", ["no-such-benchmark", "/no/such/file.jsonl", "..", "../starter", "A B"])
def test_what_is_not_there_is_a_usage_error(name):
    with pytest.raises(UsageError) as caught:
        read_benchmark(name)
    assert caught.value.code == "CERT-E100"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    folder = tmp_path / "policies" / "benchmarks"
    folder.mkdir(parents=True)
    data = written(folder / "mini.jsonl", {"q": "6*7?", "a": "42"}).read_bytes()
    entry = {
        "id": "mini",
        "title": "Mini",
        "file": "mini.jsonl",
        "sha256": hashlib.sha256(data).hexdigest(),
        "released": "2026-11-23",
        "licence": "Apache-2.0",
        "question": "q",
        "answer": "a",
        "verifier": "text",
    }
    (folder / "mini.yaml").write_text(json.dumps(entry))
    monkeypatch.setattr(benchmarks, "room", lambda name: tmp_path / name)
    return folder


def test_the_catalogue_says_how_a_file_is_read(shipped):
    assert catalogue() == ("mini",)
    benchmark = read_benchmark("mini")
    assert (benchmark.title, benchmark.items[0].question, benchmark.items[0].verifier) == ("Mini", "6*7?", "text")


def test_a_changed_file_of_the_catalogue_is_refused(shipped):
    written(shipped / "mini.jsonl", {"q": "6*7?", "a": "43"})
    with pytest.raises(HostileInput) as caught:
        read_benchmark("mini")
    assert caught.value.code == "CERT-E101"


def test_gsm8k_is_read_as_published():
    path = SHARED / "benchmarks" / "gsm8k_test.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is not there; set CERTIFY_SHARED_DATA")
    items = read_benchmark(str(path)).items
    assert len(items) == 1319
    assert {item.verifier for item in items} == {"integer"}
    assert items[0].gold == "18"
