"""IFEval by its name: lm-eval's own wording and its own scorer, on documents of its form written for this test."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("langdetect", reason="IFEval's scorer needs the extra `ifeval`")
pytest.importorskip("immutabledict", reason="IFEval's scorer needs the extra `ifeval`")
pytest.importorskip("nltk", reason="IFEval's scorer needs the extra `ifeval`")

from certify.check import all_questions, judge, keep_tasks, planned_checks, planned_sources, samples_of, score_all
from certify.check import scoring_faults as faults_of
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.answers import Outcome
from certify.evidence.tasks import TaskOrigin

ID = "static-benchmark:ifeval"
ASKED: list[tuple[str, list[str], list[dict[str, Any]], str, str]] = [
    ("No commas, please.", ["punctuation:no_comma"], [{}], "none here", "one, two"),
    ("Name sand and sea.", ["keywords:existence"], [{"keywords": ["sand", "sea"]}], "sand by the sea", "the beach"),
    ("Do not say cold.", ["keywords:forbidden_words"], [{"forbidden_words": ["cold"]}], "it freezes", "it is cold"),
    ("Two bullets.", ["detectable_format:number_bullet_lists"], [{"num_bullets": 2}], "* a\n* b", "* a"),
    ("A title.", ["detectable_format:title"], [{}], "<<On tides>>\nThey turn.", "On tides: they turn."),
    ("Quote it all.", ["startend:quotation"], [{}], '"all of it"', "all of it"),
    ("JSON.", ["detectable_format:json_format"], [{}], '{"a": 1}', "a = 1"),
    ("A postscript.", ["detectable_content:postscript"], [{"postscript_marker": "P.S."}], "Yes.\nP.S. no", "Yes. No"),
    ("End so.", ["startend:end_checker"], [{"end_phrase": "so be it"}], "well so be it", "so it is"),
    (
        "In German, without commas.",
        ["language:response_language", "punctuation:no_comma"],
        [{"language": "de"}, {}],
        "Das Wetter ist heute sehr schlecht und morgen wird es leider nicht besser",
        "The weather is bad today and it will not get better tomorrow",
    ),
    ("Lower case.", ["change_case:english_lowercase"], [{}], "all of this is small today", "Not All Of This"),
    (
        "One placeholder.",
        ["detectable_content:number_placeholders"],
        [{"num_placeholders": 1}],
        "at [place]",
        "at home",
    ),
]


def documents() -> list[dict[str, Any]]:
    return [
        {"key": 1000 + n, "prompt": prompt, "instruction_id_list": kinds, "kwargs": given}
        for n, (prompt, kinds, given, _, _) in enumerate(ASKED)
    ]


@pytest.fixture
def planned(made, monkeypatch: pytest.MonkeyPatch):
    from datasets import Dataset, DatasetDict

    there = DatasetDict({"train": Dataset.from_list(documents())})
    monkeypatch.setattr("certify.check.tasks.maker.load_dataset", lambda config, cache: there)
    monkeypatch.setattr(
        "certify.check.tasks.making._read",
        lambda name, folder, metric, shots: made(name, folder=folder, metric=metric),
    )

    def plan(metric: str | None):
        return planned_checks([CheckRequest.model_validate({"id": ID, "with": {"task": "ifeval", "metric": metric}})])

    return plan


def test_lm_evals_own_scorer_decides_and_judging_again_gives_the_same(planned, complete, tmp_path) -> None:
    checks = planned("prompt_level_strict_acc")
    sources = planned_sources(checks)
    questions = all_questions(checks, sources, bytes(32))
    assert sorted(question.text for question in questions) == sorted(one[0] for one in ASKED)
    completions = [complete(one, ASKED[int(one.item)][3 if int(one.item) < 6 else 4]) for one in questions]
    tasks = keep_tasks(sources, tmp_path)
    assert faults_of(tasks) == {}  # lm-eval's own code, the same here: an auditor may run it
    records = judge(questions, completions, None, samples=samples_of(checks), tasks=tasks)
    wanted = {str(n): Outcome.CORRECT if n < 6 else Outcome.WRONG for n in range(12)}
    assert {record.completion.item: record.outcome for record in records} == wanted
    assert judge(questions, completions, None, samples=samples_of(checks), tasks=tasks) == records
    followed = [complete(one, ASKED[int(one.item)][3]) for one in questions]
    again = judge(questions, followed, None, samples=samples_of(checks), tasks=tasks)
    assert {record.outcome for record in again} == {Outcome.CORRECT}
    result = score_all(checks, questions, records, sources).results[ID]
    assert (result.task.origin, result.task.version) == (TaskOrigin.LM_EVAL, "4.0")
    assert (result.accuracy.estimate, result.task.metric) == (0.5, "prompt_level_strict_acc")


@pytest.mark.parametrize("metric", ["inst_level_strict_acc", None])
def test_its_metric_of_instructions_is_no_share_of_answers(planned, metric) -> None:
    with pytest.raises(CertifyError) as caught:
        planned(metric)
    assert "prompt_level_strict_acc" in f"{caught.value.why} {caught.value.hint}"
