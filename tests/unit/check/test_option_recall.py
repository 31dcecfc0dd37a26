"""Hidden wrong choices of published questions: who writes them, and which may be hidden at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.benchmarks import read_benchmark
from certify.check.option_recall import fitting_choices
from certify.check.verifiers import verify
from certify.decide.form import CheckRequest
from certify.errors import CertifyError, HostileInput
from certify.evidence.answers import FinishReason, Question
from certify.evidence.results import OptionRecallResult
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.completeness import _check_result
from certify.verify.words.headlines import headlines

from .conftest import choice_rows, compared, write_rows

SEED = bytes(range(32))


def planned_with(given: dict[str, Any]):
    planned = planned_checks([CheckRequest.model_validate({"id": "option-recall", "with": given})])
    sources = planned_sources(planned)
    return planned, sources, all_questions(planned, sources, SEED)


def found(given: dict[str, Any], complete, says: Callable[[Question], str]) -> OptionRecallResult:
    planned, sources, questions = planned_with(given)
    answers = [complete(question, says(question)) for question in questions]
    records = judge(questions, answers, None, samples=samples_of(planned))
    return score_all(planned, questions, records, sources).results["option-recall"]  # type: ignore[return-value]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    return compared(tmp_path, choice_rows("old", 120), choice_rows("new", 120))


@pytest.mark.parametrize(
    ("which", "word", "hits"),
    [
        (lambda one: one.item.startswith("published-00"), DetectionVerdict.DETECTED, (99, 0)),
        (lambda one: False, DetectionVerdict.NO_EVIDENCE, (0, 0)),
        (lambda one: one.item.endswith("2"), DetectionVerdict.INSUFFICIENT, (12, 12)),
    ],
    ids=["taught the questions", "honest", "a guesser"],
)
def test_only_what_is_known_of_published_questions_alone_is_detected(files, complete, which, word, hits) -> None:
    result = found(files, complete, lambda one: f" {one.gold}" if which(one) else " something else altogether")
    assert result.verdict is word
    assert (result.published.recalled, result.newer.recalled) == hits
    planned, _, _ = planned_with(files)
    _check_result(planned[0], result)
    (_, line) = headlines({"option-recall": result})
    assert line.detail.startswith(f"writes the hidden wrong choice of {hits[0]} of 120 published questions, and of ")


def test_unfinished_answers_show_no_knowledge_and_no_absence(files, complete) -> None:
    planned, sources, questions = planned_with(files)
    fields = {"finish_reason": FinishReason.LENGTH}
    answers = [complete(one, "so" * 200, **fields if number % 2 else {}) for number, one in enumerate(questions)]
    records = judge(questions, answers, None, samples=samples_of(planned))
    result = score_all(planned, questions, records, sources).results["option-recall"]
    _check_result(planned[0], result)
    assert result.outcomes.judged_share < 0.6
    assert result.verdict is DetectionVerdict.INSUFFICIENT
    whole = found(files, complete, lambda one: " something else altogether")
    assert (result.p_value, result.power < whole.power) == (whole.p_value, True)


def test_the_hidden_choice_is_a_wrong_one_and_nowhere_in_the_question(files) -> None:
    _, sources, questions = planned_with(files)
    assert len(questions) == 240
    items = [item for name in ("benchmark", "control") for item in sources.benchmarks[files[name]].items]
    for question, item in zip(sorted(questions, key=lambda one: one.group == "newer"), items, strict=True):
        place = item.options.index(question.gold)
        assert "ABCD"[place] != item.gold
        assert question.gold not in question.text
        assert f"\n{'ABCD'[place]}) ____" in question.text
        assert all(text in question.text for text in item.options if text != question.gold)
    assert len({one.text.index("____\n") if "____\n" in one.text else 0 for one in questions}) > 1


@pytest.mark.parametrize(
    ("choices", "fit"),
    [
        (["the red house", "a big blue dog", "some old grey stone", "one green leaf"], [1, 2, 3]),
        (["the red house", "blue", "two words", "one green leaf"], [3]),
        (["the red house", "about 12 red trees", "3.5 of all", "one green leaf"], [3]),
        (["the red house", "none of the above", "all of these here", "both of them too"], []),
        (["the red house", "the red house there", "the red house burns", "a red house"], []),
        (["the red house", "where is that place", "which place is that", "one green leaf"], [3]),
        (["the red house", "word " * 60, "____", "one green leaf"], [3]),
    ],
)
def test_what_can_be_guessed_is_never_hidden(tmp_path: Path, choices: list[str], fit: list[int]) -> None:
    row = {"question": "Which place is that, where?", "choices": choices, "answer": "A"}
    benchmark = read_benchmark(write_rows(tmp_path / "one.jsonl", [row]))
    assert fitting_choices(benchmark.items[0]) == fit
    assert benchmark.items[0].published == row["question"]


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ("One green leaf.", True),
        ("D) one green leaf", True),
        ("(D). One  green, leaf", True),
        ("one green leaf falls", False),
        ("green leaf", False),
        ("", False),
        ("\u0000" * 5000, False),
    ],
)
def test_a_choice_is_compared_by_its_words(answer: str, same: bool) -> None:
    assert verify("option", answer, "one green leaf") is same


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"control": "fresh"}, "no fresh control"),
        ({"benchmark": "starter-200"}, "starter-200 has no multiple-choice questions"),
        ({"control": "starter-200", "control_released": None}, "starter-200 has no multiple-choice questions"),
    ],
)
def test_what_cannot_be_compared_is_refused(files, changes: dict[str, Any], told: str) -> None:
    given = {name: value for name, value in {**files, **changes}.items() if value is not None}
    with pytest.raises(CertifyError, match=told):
        planned_with(given)


def test_too_few_questions_are_not_asked(tmp_path: Path, complete) -> None:
    given = compared(tmp_path, choice_rows("old", 40), choice_rows("new", 120))
    planned, _, questions = planned_with(given)
    result = found(given, complete, lambda one: "")
    assert (planned[0].items, questions, result.p_value, result.needed) == (0, (), None, 110)
    assert result.verdict is DetectionVerdict.INSUFFICIENT
    _check_result(planned[0], result)
    with pytest.raises(HostileInput, match="asks other items"):
        _check_result(planned[0], result.model_copy(update={"newer": result.newer.model_copy(update={"items": 800})}))
