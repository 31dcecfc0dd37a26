"""A model's results beside a scan: which rows count, for which item, and what is refused."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from certify.errors import UsageError
from certify.pipeline.scan_results import split_results
from certify.pipeline.scan_scores import ItemScores, read_results, read_scores
from certify.scan import Benchmark
from tests.fakes.scan_sample import ANSWER, BENCHMARK, QUESTION, sample


@pytest.fixture
def write(tmp_path: Path):
    def put(*rows: Any, name: str = "results.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return path

    return put


def sampled(doc_id: int, value: float, **more: Any) -> dict[str, Any]:
    """A row as lm-eval logs it."""
    return {
        "doc_id": doc_id,
        "doc": {"question": BENCHMARK.items[doc_id].question, "answer": ANSWER},
        "target": "108", "arguments": [], "resps": [["108"]], "filtered_resps": ["108"],
        "metrics": ["exact_match"], "exact_match": value, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "score"),
    [
        ({"item": "q1", "score": 0.25}, Fraction(1, 4)),
        ({"id": "q1", "correct": True}, Fraction(1)),
        ({"task_id": "q1", "acc": 0}, Fraction(0)),
        ({"doc_id": 0, "my_metric": 1.0, "metrics": ["my_metric"]}, Fraction(1)),
        (sampled(0, 1.0), Fraction(1)),
    ],
)
def test_rows_of_every_kind(write, row, score):
    assert read_scores(write(row), BENCHMARK).scores == {"q1": score}


def test_several_answers_to_one_item_are_averaged(write):
    path = write({"item": "q1", "score": 1}, {"item": "q1", "score": 0}, {"item": "q1", "score": 0})
    assert read_scores(path, BENCHMARK).scores == {"q1": Fraction(1, 3)}


def test_of_several_answer_filters_the_first_counts_and_is_named(write):
    rows = [sampled(n, value, filter=used) for n in (0, 1) for used, value in (("strict", 0.0), ("flexible", 1.0))]
    found = read_scores(write(*rows), BENCHMARK)
    assert found == ItemScores({"q1": Fraction(0), "q2": Fraction(0)}, "strict")
    assert read_scores(write(*rows[::2]), BENCHMARK).answer_filter is None


def test_numbers_name_items_too(write):
    numbered = Benchmark.from_items("n", [("0", QUESTION, ""), ("1", ANSWER, "")])
    assert read_scores(write({"item": 1, "score": 1}), numbered).scores == {"1": Fraction(1)}


@pytest.mark.parametrize(
    "row",
    [
        "not json", "[1]", '{"item": "q1"}', '{"score": 1}', '{"item": "q9", "score": 1}',
        '{"item": "q1", "score": 1.5}',
        '{"item": "q1", "score": NaN}', '{"item": "q1", "score": "1"}', '{"item": "q1", "score": null}',
        '{"doc_id": 7, "score": 1}', '{"doc_id": -1, "score": 1}', '{"doc_id": "0", "score": 1}',
        '{"item": ["q1"], "score": 1}', "[" * 100_000, '{"item": "q1", "score": ' + "9" * 5000 + "}",
        json.dumps(sampled(0, 1.0) | {"doc_id": 5}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_counted_is_refused_with_its_line(write, row):
    with pytest.raises(UsageError) as caught:
        read_scores(write({"item": "q2", "score": 1}, row), BENCHMARK)
    assert caught.value.code == "CERT-E483"
    assert "line 2" in caught.value.what


def test_an_empty_file_is_no_result(write):
    with pytest.raises(UsageError, match="CERT-E483"):
        read_scores(write(), BENCHMARK)


def test_files_are_assigned_by_name(write):
    other = Benchmark.from_items("other", [("o", QUESTION, "")])
    first, second = write({"item": "q1", "score": 1}), write({"item": "o", "score": 0}, name="b=c.jsonl")
    found = read_results([f"other={second}", f"eggs={first}"], [BENCHMARK, other])
    assert {name: list(one.scores) for name, one in found.items()} == {"other": ["o"], "eggs": ["q1"]}
    assert list(read_results([str(second)], [other])) == ["other"]
    for given in ([str(first)], [f"nobody={first}"], [f"eggs={first}"] * 2):
        with pytest.raises(UsageError, match="CERT-E484"):
            read_results(given, [BENCHMARK, other])


def test_items_are_split_by_what_was_found():
    report = sample()[0]
    scores = {item.id: Fraction(n, 10) for n, item in enumerate(BENCHMARK.items)}
    split = split_results(report, BENCHMARK, ItemScores(scores))
    # q1 is found with its answer, so that its answer alone elsewhere changes nothing.
    assert split.question_and_answer == (1, Fraction(0))
    assert split.question == (3, Fraction(1 + 2 + 5, 30))
    assert (split.answer, split.not_judged) == ((0, None), (1, Fraction(6, 10)))
    assert split.clean == (2, Fraction(3 + 4, 20))
    assert split.delta is not None
    assert (split.delta.items, split.delta.clean_items, split.missing) == (6, 2, 0)
    assert split.delta.difference == round(0.35 - 1.5 / 6, 4)


def test_an_answer_found_alone_makes_an_item_no_clean_one():
    report = sample()[0]
    alone = report.model_copy(update={"findings": ()})
    split = split_results(alone, BENCHMARK, ItemScores({"q1": Fraction(1), "q2": Fraction(0)}))
    assert (split.answer.items, split.clean.items, split.missing) == (1, 1, 5)


def test_nothing_that_was_judged_gives_no_difference():
    split = split_results(sample()[0], BENCHMARK, ItemScores({"q7": Fraction(1)}))
    assert split.delta is None
