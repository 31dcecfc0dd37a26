import hashlib
import json
import os
from pathlib import Path

import pytest

from certify.check import catalogued
from certify.check.benchmark_files import rows_of
from certify.check.benchmarks import catalogue, read_benchmark, shipped
from certify.check.catalogue import entry_of
from certify.check.sources import open_sources, with_digests
from certify.errors import HostileInput, UsageError
from certify.evidence.parameters import CorpusScanParameters

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
        ("2", r"\frac{1}{2}", "math"),
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
    names = shipped()
    assert names, "no benchmark is shipped"
    for name in names:
        assert all(item.problem is not None for item in read_benchmark(name).items)


@pytest.mark.parametrize("name", ["no-such-benchmark", "/no/such/file.jsonl", "..", "../starter", "A B"])
def test_what_is_not_there_is_a_usage_error(name):
    with pytest.raises(UsageError) as caught:
        read_benchmark(name)
    assert caught.value.code == "CERT-E100"


@pytest.fixture
def own_catalogue(tmp_path, monkeypatch):
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
    monkeypatch.setattr(catalogued, "room", lambda name: tmp_path / name)
    return folder


def test_the_catalogue_says_how_a_file_is_read(own_catalogue):
    assert catalogue() == ("mini",)
    benchmark = read_benchmark("mini")
    assert (benchmark.title, benchmark.items[0].question, benchmark.items[0].verifier) == ("Mini", "6*7?", "text")


def test_a_changed_file_of_the_catalogue_is_refused(own_catalogue):
    written(own_catalogue / "mini.jsonl", {"q": "6*7?", "a": "43"})
    with pytest.raises(HostileInput) as caught:
        read_benchmark("mini")
    assert caught.value.code == "CERT-E101"


def test_a_file_that_has_to_be_brought_along_is_found_where_the_variable_says(own_catalogue, tmp_path, monkeypatch):
    monkeypatch.delenv("CERTIFY_BENCHMARKS", raising=False)
    elsewhere = tmp_path / "mine"
    elsewhere.mkdir()
    (own_catalogue / "mini.jsonl").rename(elsewhere / "mini.jsonl")
    assert (catalogue(), shipped()) == (("mini",), ())
    with pytest.raises(UsageError) as caught:
        read_benchmark("mini")
    assert caught.value.code == "CERT-E475"
    assert entry_of("mini").sha256 in caught.value.why
    assert "CERTIFY_BENCHMARKS" in caught.value.hint
    read_by_path = read_benchmark("mini", file=elsewhere / "mini.jsonl")
    monkeypatch.setenv("CERTIFY_BENCHMARKS", str(own_catalogue))
    with pytest.raises(UsageError) as caught:
        read_benchmark("mini")
    assert str(own_catalogue) in caught.value.why
    monkeypatch.setenv("CERTIFY_BENCHMARKS", str(elsewhere))
    assert read_benchmark("mini") == read_by_path
    written(elsewhere / "mini.jsonl", {"q": "6*7?", "a": "43"})
    with pytest.raises(HostileInput) as refused:
        read_benchmark("mini")
    assert refused.value.code == "CERT-E101"


def test_a_plan_fixes_the_digest_of_a_benchmark_that_was_brought_along(own_catalogue, tmp_path, monkeypatch):
    elsewhere = tmp_path / "mine"
    elsewhere.mkdir()
    (own_catalogue / "mini.jsonl").rename(elsewhere / "mini.jsonl")
    monkeypatch.setenv("CERTIFY_BENCHMARKS", str(elsewhere))
    asked = CorpusScanParameters(benchmarks=("mini",))
    planned = with_digests(asked, open_sources({"corpus-scan": asked}))
    assert planned.sha256 == {"mini": entry_of("mini").sha256}
    other = planned.model_copy(update={"sha256": {"mini": "0" * 64}})
    with pytest.raises(HostileInput) as caught:
        open_sources({"corpus-scan": other})
    assert caught.value.code == "CERT-E101"


def test_every_entry_says_where_its_file_comes_from_and_when_it_became_public():
    for name in catalogue():
        entry = entry_of(name)
        assert entry.source, name
        assert entry.items, name
        assert name in shipped() or (entry.url and entry.revision), name


@pytest.mark.parametrize("change", [{"file": "../mini.jsonl"}, {"file": ""}, {"url": "http://x"}, {"released": "then"}])
def test_an_entry_that_points_elsewhere_is_refused(own_catalogue, change):
    document = json.loads((own_catalogue / "mini.yaml").read_text())
    (own_catalogue / "mini.yaml").write_text(json.dumps(document | change))
    with pytest.raises(HostileInput):
        read_benchmark("mini")


def parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as file

    file.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def test_prompts_in_messages_and_nested_answers_are_read(tmp_path):
    messages = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "6*7?"}]
    rows = [{"prompt": messages, "reward_model": {"ground_truth": 42}, "extra_info": {"index": 5}}]
    for path in (parquet(tmp_path / "b.parquet", rows), written(tmp_path / "b.jsonl", *rows)):
        [item] = read_benchmark(str(path)).items
        assert (item.question, item.gold, item.verifier) == ("Answer briefly.\n6*7?", "42", "integer")


def test_a_damaged_parquet_file_is_a_usage_error(tmp_path):
    path = parquet(tmp_path / "b.parquet", [{"question": "a?", "answer": "b"}])
    for data in (b"", b"PAR1", path.read_bytes()[:-9], b"PAR1" + bytes(64) + b"PAR1"):
        (tmp_path / "c.parquet").write_bytes(data)
        with pytest.raises(UsageError) as caught:
            read_benchmark(str(tmp_path / "c.parquet"))
        assert caught.value.code == "CERT-E100"


def test_a_parquet_file_of_endless_rows_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("certify.check.benchmark_files.MAX_ROWS", 1)
    path = parquet(tmp_path / "b.parquet", [{"question": "a?", "answer": "b"}, {"question": "c?", "answer": "d"}])
    with pytest.raises(UsageError, match="unpacks to over"):
        rows_of(path.name, path.read_bytes())


@pytest.mark.parametrize("value", [None, True, {"text": "a?"}, [], [[]], [{"role": "user"}], "  "])
def test_what_is_no_text_is_no_question(tmp_path, value):
    path = written(tmp_path / "b.jsonl", {"question": "a?", "answer": "b"}, {"question": value, "answer": "b"})
    with pytest.raises(UsageError) as caught:
        read_benchmark(str(path))
    assert "no text in the column question" in caught.value.what


NOT_SHIPPED = {
    "gsm8k": ("0", "18", "integer"),
    "gsm8k-train": ("0", "72", "integer"),
    "aime24": ("0", "204", "math"),
    "aime25": ("0", "70", "math"),
    "hmmt25": ("1", "103", "math"),
}


@pytest.mark.parametrize("name", NOT_SHIPPED)
def test_a_published_benchmark_is_read_as_the_catalogue_says(name, monkeypatch):
    if not (SHARED / "benchmarks").is_dir():
        pytest.skip(f"{SHARED / 'benchmarks'} is not there; set CERTIFY_SHARED_DATA")
    monkeypatch.setenv("CERTIFY_BENCHMARKS", str(SHARED / "benchmarks"))
    items = read_benchmark(name).items
    assert len(items) == entry_of(name).items
    assert (items[0].id, items[0].gold, items[0].verifier) == NOT_SHIPPED[name]
    assert name not in shipped()
    if name.startswith("gsm8k"):
        assert all("####" in item.answer and item.gold in item.answer for item in items)
    else:
        assert all("user" not in item.question.splitlines() for item in items)
