"""Answers scored by a task's own code: what it says counts, and whatever it does a run goes on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from certify.check import (
    all_questions,
    judge,
    keep_tasks,
    packed_tasks,
    planned_checks,
    planned_sources,
    samples_of,
    score_all,
    scoring_faults,
)
from certify.check.tasks.judging import stopped
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.answers import FinishReason, Outcome
from certify.evidence.model import ReasoningTags
from certify.verify.words.headlines import headlines

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")


@pytest.fixture
def asked(folder: Path, in_this_process):
    """Plans one of the folder's tasks and gives what judging needs."""

    def plan(task: str, **changes):
        request = {"id": f"static-benchmark:{task}", "with": {"task": task, "tasks": "tasks", **changes}}
        planned = planned_checks([CheckRequest.model_validate(request)])
        sources = planned_sources(planned)
        return planned, sources, all_questions(planned, sources, SEED)

    return plan


def test_lm_evals_filter_and_metric_decide(asked, complete, tmp_path) -> None:
    planned, sources, questions = asked("sums", samples=1)
    assert all(question.raw and question.plain for question in questions)
    said = {
        "0": "1",
        "1": "so 1 + 2 is 3\nQuestion: 4 + 4 = ?\nAnswer: 8",
        "2": "5 or 6",
        "3": "<think>7</think>",
        "4": "<think>9",
        "5": "<think>12</think> it is 11",
        "6": "",
    }
    cut = {"7": "it is 15", "8": "it is 1"}
    completions = [
        complete(
            question,
            said.get(question.item, cut.get(question.item, "none")),
            finish_reason=FinishReason.LENGTH if question.item in cut else FinishReason.STOP,
        )
        for question in questions
    ]
    tasks = keep_tasks(sources, tmp_path)
    records = judge(questions, completions, THINK, samples=samples_of(planned), tasks=tasks)
    found = {record.completion.item: record.outcome for record in records}
    assert found == {
        **dict.fromkeys(("9", "10", "11"), Outcome.WRONG),
        "0": Outcome.CORRECT,
        "1": Outcome.CORRECT,
        "2": Outcome.WRONG,
        "3": Outcome.NO_ANSWER,
        "4": Outcome.UNCLOSED,
        "5": Outcome.CORRECT,
        "6": Outcome.NO_ANSWER,
        "7": Outcome.CORRECT,
        "8": Outcome.TRUNCATED,
    }
    assert {record.answer for record in records if record.completion.item in "01"} == {"1", "3"}
    result = score_all(planned, questions, records, sources).results["static-benchmark:sums"]
    assert (result.accuracy.estimate, result.task.name, result.benchmark) == (0.3333, "sums", "sums")
    assert result.benchmark_sha256 == planned[0].parameters["sha256"]
    [headline] = headlines({"static-benchmark:sums": result})
    assert "of sums version 1.5, the operator’s own task under lm-eval" in headline.detail
    assert "exact_match after last-number" in headline.detail


def test_whatever_a_scorer_does_is_an_error_of_that_item(asked, complete, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "hidden")
    planned, sources, questions = asked("hostile")
    said = ["raise", "leave", "die", "call", "secret", "half", "list", "loop", "17"]
    completions = [complete(question, said[number % 9]) for number, question in enumerate(questions[:9])]
    tasks = keep_tasks(sources, tmp_path)
    records = judge(questions[:9], completions, None, samples=samples_of(planned), tasks=tasks)
    by_text = {record.completion.text: record for record in records}
    marks = {text: next(iter(record.marks or {}), None) for text, record in by_text.items()}
    assert marks == {
        **dict.fromkeys(("raise", "leave", "die", "call"), "scorerRaised"),
        **dict.fromkeys(("half", "list"), "scoreBetween"),
        "loop": "scorerLate",
        "secret": None,
        "17": None,
    }
    assert all(record.outcome is Outcome.ERROR for text, record in by_text.items() if marks[text])
    assert by_text["secret"].outcome is Outcome.WRONG


def test_a_check_whose_scorer_failed_has_no_number(asked, complete, tmp_path) -> None:
    planned, sources, questions = asked("hostile")
    completions = [complete(question, "raise" if question.item == "3" else question.gold) for question in questions]
    tasks = keep_tasks(sources, tmp_path)
    records = judge(questions, completions, None, samples=samples_of(planned), tasks=tasks)
    assert Counter(record.outcome for record in records) == {Outcome.CORRECT: 11, Outcome.ERROR: 1}
    scored = score_all(planned, questions, records, sources)
    assert scored.results == {}
    assert "failed on 1 of 12 answers" in scored.not_run[0].reason
    assert scored.not_run[0].check == "static-benchmark:hostile"


def test_a_pack_scores_again_without_folder_or_data_set_and_only_code_that_is_trusted(
    asked, complete, folder, tmp_path, monkeypatch
) -> None:
    planned, sources, questions = asked("sums")
    [file] = keep_tasks(sources, tmp_path).values()
    for place in folder.iterdir():
        place.unlink()
    packed = packed_tasks(planned, tmp_path)
    again = planned_sources(planned, packed)
    assert all_questions(planned, again, SEED) == questions
    tasks = keep_tasks(again, tmp_path)
    assert "the operator's own code" in scoring_faults(tasks)["sums"]
    monkeypatch.setenv("CERTIFY_TASK_CODE", next(iter(again.benchmarks.values())).task.code)
    assert scoring_faults(tasks) == {}
    completions = [complete(question, question.gold) for question in questions]
    records = judge(questions, completions, None, samples=samples_of(planned), tasks=tasks)
    assert {record.outcome for record in records} == {Outcome.CORRECT}
    with pytest.raises(CertifyError) as unscored:
        judge(questions, completions, None, samples=samples_of(planned))
    assert unscored.value.code == "CERT-E563"
    file.write_bytes(file.read_bytes().replace(b'"lmEval":"', b'"lmEval":"9.'))
    assert "is installed" in scoring_faults(tasks)["sums"]
    with pytest.raises(CertifyError):
        planned_sources(planned, packed)
    file.unlink()
    with pytest.raises(CertifyError) as absent:
        packed_tasks(planned, tmp_path)
    assert absent.value.code == "CERT-E064"


def test_what_ends_an_answer_does_not_belong_to_it() -> None:
    assert stopped("a Q: b </s> c", ("</s>", "Q:")) == "a "
    assert stopped("a", ()) == "a"
