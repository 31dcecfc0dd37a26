import json
from pathlib import Path

import pytest

from certify.errors import CertifyError
from certify.scan.benchmark import Benchmark, answer_key, load_benchmark

QUESTION = "A farmer sells twelve brown eggs for nine euros each Monday"


def _write(tmp_path: Path, records: list[object]) -> Path:
    path = tmp_path / "bench.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        ({"question": QUESTION, "answer": "so 5\n#### 1,234"}, ("1", "234")),
        ({"problem": QUESTION, "solution": r"hence \boxed{42}."}, ("42",)),
        ({"prompt": [{"role": "", "content": QUESTION}], "reward_model": {"ground_truth": "7"}}, ("7",)),
        ({"input": QUESTION, "target": 9}, ("9",)),
        ({"question": QUESTION, "answer": "<think>well</think> 434"}, ("434",)),
        ({"question": QUESTION}, ()),
    ],
)
def test_columns_are_found(tmp_path: Path, record: dict[str, object], answer: tuple[str, ...]) -> None:
    benchmark = load_benchmark(_write(tmp_path, [record]))
    item = benchmark.items[0]
    assert (benchmark.name, item.id, item.key) == ("bench", "0", answer)
    assert item.words[:3] == ("a", "farmer", "sells")


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = _write(tmp_path, [{"question": "no", "q": {"text": QUESTION}, "a": "5", "key": "x-1"}])
    item = load_benchmark(path, name="B", question_field="q.text", answer_field="a", id_field="key").items[0]
    assert (item.id, item.question, item.answer) == ("x-1", QUESTION, "5")


def test_what_all_problems_share_is_stripped() -> None:
    middle = ["red fox jumps over seven lazy dogs", "big ships sail past nine quiet small islands",
              "old clocks tick beside eleven warm stoves"]  # fmt: skip
    rows = [(str(i), f"Solve this now: {text}. Think step by step.", "") for i, text in enumerate(middle)]
    items = Benchmark.from_items("b", rows).items
    assert [" ".join(item.words) for item in items] == middle
    assert "think" in Benchmark.from_items("b", rows[:2]).items[0].words  # two say little about a template


@pytest.mark.parametrize(
    ("question", "short"), [("What is 2 + 2?", True), ("a b a b a b a b a", True), (QUESTION, False)]
)
def test_short_problems_are_marked(question: str, short: bool) -> None:
    assert Benchmark.from_items("b", [("1", question, "")]).items[0].too_short is short


def test_the_digest_covers_questions_and_answers() -> None:
    first = Benchmark.from_items("b", [("1", QUESTION, "5")])
    assert first.digest == Benchmark.from_items("other", [("1", QUESTION, "5")]).digest
    assert first.digest != Benchmark.from_items("b", [("1", QUESTION, "6")]).digest


def test_an_answer_without_a_mark_is_taken_whole() -> None:
    assert answer_key("Monday morning") == ("monday", "morning")


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "CERT-E036"),
        ([{"title": "x"}], "CERT-E037"),
        (["just text"], "CERT-E037"),
        ([{"question": QUESTION}, {"other": "y"}], "CERT-E037"),
        ([{"id": "a", "question": QUESTION}, {"id": "a", "question": QUESTION}], "CERT-E037"),
    ],
)
def test_unusable_files_are_refused(tmp_path: Path, records: list[object], code: str) -> None:
    with pytest.raises(CertifyError) as caught:
        load_benchmark(_write(tmp_path, records))
    assert caught.value.code == code


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CertifyError, match="CERT-E033"):
        load_benchmark(tmp_path / "none.jsonl")
