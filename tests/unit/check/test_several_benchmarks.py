"""Several published benchmarks in one plan, each as if it were alone; choices, mathematics and test-time scaling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from certify.check import (
    all_questions,
    all_requests,
    judge,
    planned_checks,
    planned_sources,
    read_benchmark,
    samples_of,
    score_all,
)
from certify.check.choices import guessing
from certify.decide.form import CheckRequest
from certify.errors import CertifyError, UsageError
from certify.evidence.model import ReasoningTags
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import StaticBenchmarkResult
from certify.page.chart import chart_of
from certify.verify.words.headlines import headlines

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")
TWICE = ("static-benchmark", "static-benchmark:again")


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    rows = [{"question": f"{n} / 7 = ?", "answer": f"\\frac{{{n}}}{{7}}"} for n in range(1, 7)]
    rows += [{"question": f"{n} + 7 = ?", "answer": str(n + 7)} for n in range(6)]
    return written(tmp_path / "sevenths.jsonl", rows)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    rows = [
        {"question": f"Which is {n}?", "choices": [str(n), str(n + 1), str(n + 2)], "answer": n % 3} for n in range(12)
    ]
    return written(tmp_path / "letters.jsonl", rows)


def requests(halves: Path, letters: Path) -> list[CheckRequest]:
    asked = {
        "static-benchmark": {"benchmark": str(halves), "samples": 4, "max_tokens": 64, "scaling": [4, 2]},
        "static-benchmark:letters": {"benchmark": str(letters), "max_tokens": 32},
    }
    return [CheckRequest.model_validate({"id": name, "with": given}) for name, given in asked.items()]


def test_each_benchmark_is_planned_asked_and_scored_for_itself(halves, letters, answer_all):
    planned = planned_checks(requests(halves, letters))
    assert [(one.id, one.items, one.samples, one.max_tokens) for one in planned] == [
        ("static-benchmark", 12, 4, 64),
        ("static-benchmark:letters", 12, 1, 32),
    ]
    planned = tuple(PlannedCheck.from_bytes(one.to_bytes()) for one in planned)
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    assert len({(one.check, one.item) for one in questions}) == 24
    seeds = {one.seed for one in all_requests(planned, questions, SEED)}
    assert len(seeds) == 12 * 4 + 12

    def right(question, repeat):
        return question.check.endswith("letters") or repeat < 2

    completions = answer_all(questions, samples_of(planned), right)
    records = judge(questions, completions, THINK, samples=samples_of(planned))
    scored = score_all(planned, questions, records, sources)
    one, other = scored.results["static-benchmark"], scored.results["static-benchmark:letters"]
    assert isinstance(one, StaticBenchmarkResult)
    assert isinstance(other, StaticBenchmarkResult)
    assert (one.accuracy.estimate, other.accuracy.estimate) == (0.5, 1.0)
    assert (one.benchmark, other.benchmark, other.scaling) == ("sevenths", "letters", None)
    assert one.scaling is not None
    two, four = one.scaling
    assert (two.answers, two.any_right.estimate, two.all_right.estimate) == (2, 0.8333, 0.1667)
    assert (four.answers, four.any_right.estimate, four.all_right.estimate) == (4, 1.0, 0.0)
    assert four.majority.estimate == 0.75  # "wrong" ties as a text, and casts no vote where a number is asked for
    assert two.majority.rule == "MAJ"
    assert StaticBenchmarkResult.from_document(one.document(), by_name=False) == one


def test_a_check_without_answers_is_named_with_its_label(halves, letters):
    planned = planned_checks(requests(halves, letters))
    scored = score_all(planned, (), (), planned_sources(planned))
    assert [one.check for one in scored.not_run] == ["static-benchmark", "static-benchmark:letters"]


def test_one_benchmark_is_not_asked_twice(halves, letters):
    twice = [CheckRequest.model_validate({"id": name, "with": {"benchmark": str(halves)}}) for name in TWICE]
    with pytest.raises(UsageError) as caught:
        planned_checks(twice)
    assert caught.value.code == "CERT-E102"


@pytest.mark.parametrize("name", ["corpus-scan:x", "fresh-reasoning:x", "static-benchmark:", "static-benchmark:A b"])
def test_no_other_labels_are_taken(halves, name):
    with pytest.raises(UsageError) as caught:
        planned_checks([CheckRequest.model_validate({"id": name, "with": {"benchmark": str(halves)}})])
    assert caught.value.code == "CERT-E102"


def test_a_gap_pairs_with_the_check_that_asks_its_benchmark(benchmark_file, halves, answer_all):
    asked = {
        "static-benchmark": {"benchmark": str(halves)},
        "static-benchmark:tiny": {"benchmark": str(benchmark_file)},
        "static-fresh-gap": {"benchmark": str(benchmark_file)},
    }
    planned = planned_checks([CheckRequest.model_validate({"id": i, "with": g}) for i, g in asked.items()])
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    completions = answer_all(questions, samples_of(planned), lambda question, _: question.check != "static-fresh-gap")
    records = judge(questions, completions, THINK, samples=samples_of(planned))
    found = score_all(planned, questions, records, sources).results["static-fresh-gap"]
    assert found.static.estimate == 1.0
    assert found.fresh.estimate < 0.2
    assert found.items >= 10


def test_what_guessing_gives_stands_beside_the_score(halves, letters, answer_all):
    planned = planned_checks(requests(halves, letters))
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    records = judge(
        questions, answer_all(questions, samples_of(planned), lambda *_: False), None, samples=samples_of(planned)
    )
    results = score_all(planned, questions, records, sources).results
    one, other = results["static-benchmark"], results["static-benchmark:letters"]
    assert (one.floor, one.floor_responder) == (None, None)
    assert (other.floor, other.floor_responder) == (0.3333, "at-random")
    line = next(line for line in headlines(results) if line.name.endswith("(letters)"))
    assert line.detail.endswith("; 12 items of letters; guessing at random gives 33.33 %")
    assert chart_of(line, results, {}).floor.label == "floor 33 %"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], None),
        ([("7", None)], None),
        ([("A", 4), ("B", 4), ("C", 4), ("D", 4)], (0.25, "at-random")),
        ([("A", 4)] * 3 + [("D", 4)], (0.75, "always-A")),  # a file that lists the right choice first
        ([("B", 2), ("C", 10), ("7", None)], (0.3333, "always-B")),
        ([("A", 2), ("B", 4), ("7", None), ("9", None)], (0.25, "always-A")),
        ([("A", 2), ("B", 2), ("C", 2), ("D", 10)], (0.4, "at-random")),
    ],
)
def test_the_best_guess_is_at_random_or_the_commonest_letter(asked, found):
    assert guessing(asked) == found


def test_choices_stand_lettered_under_the_question(letters):
    item = read_benchmark(str(letters)).items[4]
    assert item.question == "Which is 4?\n\nA) 4\nB) 5\nC) 6\n\nAnswer with the letter of the right choice alone."
    assert (item.gold, item.verifier) == ("B", "choice")


@pytest.mark.parametrize(
    ("answer", "gold"), [("B", "B"), ("(b)", "B"), (2, "C"), ("two", "B"), (3, None), ("D", None), ("four", None)]
)
def test_the_right_choice_is_a_letter_a_place_or_a_text(tmp_path, answer, gold):
    row = {"question": "2?", "options": ["one", "two", "three"], "answer": answer}
    path = written(tmp_path / "c.jsonl", [row])
    if gold is None:
        with pytest.raises(UsageError, match="none of its 3 choices"):
            read_benchmark(str(path))
    else:
        assert read_benchmark(str(path)).items[0].gold == gold


@pytest.mark.parametrize(
    ("answer", "verifier"),
    [("12", "integer"), ("1,200", "integer"), ("\\frac{1}{2}", "math"), ("1/2", "math"), ("0.5", "math"),
     ("Paris", "text"), ("so \\boxed{x^2}", "math"), ("12 or 13 apples", "text")],
)  # fmt: skip
def test_the_comparison_follows_from_the_answer(tmp_path, answer, verifier):
    assert (
        read_benchmark(str(written(tmp_path / "v.jsonl", [{"question": "?", "answer": answer}]))).items[0].verifier
        == verifier
    )


def test_a_plan_may_say_how_answers_are_compared(halves, benchmark_file):
    for file, verifiers in ((halves, {"math"}), (benchmark_file, None)):
        asked = {"id": "static-benchmark", "with": {"benchmark": str(file), "answers": "math"}}
        planned = planned_checks([CheckRequest.model_validate(asked)])
        found = {one.verifier for one in all_questions(planned, planned_sources(planned), SEED)}
        assert found == verifiers if verifiers else all(one.startswith("family:") for one in found)


@pytest.mark.parametrize("given", [{"scaling": [2]}, {"scaling": []}, {"scaling": [0], "samples": 4}, {"answers": "x"}])
def test_impossible_parameters_are_refused(halves, given):
    asked = {"id": "static-benchmark", "with": {"benchmark": str(halves), **given}}
    with pytest.raises(CertifyError):
        planned_checks([CheckRequest.model_validate(asked)])
