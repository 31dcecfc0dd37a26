"""Published orders of options, beside controls: recognised, not recognised, too few to tell, not to be scored."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.decide.form import CheckRequest
from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.evaluation import NotRun
from certify.evidence.results import OptionOrderResult
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.derived_counts import check_derived
from certify.verify.words.headlines import headlines

from .test_order_exchangeability import SEED, likelihood, scored

NAME = "option-order:tiny"


def rows(count: int, first: int = 0, options: int = 4) -> list[dict]:
    return [
        {"question": f"What is {n} + 1?", "choices": [f"{n + 1 + 3 * k}" for k in range(options)], "answer": "A"}
        for n in range(first, first + count)
    ]


@pytest.fixture
def planned(tmp_path: Path):
    def make(items: int = 200, controls: int = 200, content: list[dict] | None = None, **given):
        files = {"benchmark": content or rows(items), "control": rows(controls, 1000)}
        for name, lines in files.items():
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
        paths = {name: str(tmp_path / f"{name}.jsonl") for name in files}
        with_ = {**paths, "draws": 199, **given}
        checks = planned_checks([CheckRequest.model_validate({"id": NAME, "with": with_})])
        return checks, planned_sources(checks)

    return make


def found(planned, learned: float = 0.0, lost=lambda question: False):
    checks, sources = planned
    questions = all_questions(checks, sources, SEED)
    completions = []
    for one in questions:
        published = one.group == "published" and int(hashlib.sha256(one.item[:15].encode()).hexdigest(), 16) % 2
        value = likelihood(one, learned if published else 0.0)
        prompt = hashlib.sha256(one.text.encode()).hexdigest()
        completions.append(scored(one, None if lost(one) else value).model_copy(update={"prompt_sha256": prompt}))
    records = judge(questions, completions, None, samples=samples_of(checks))
    return score_all(checks, questions, records, sources, context_length=1000)


def recounted(planned, result: OptionOrderResult) -> None:
    check_derived(SimpleNamespace(checks=planned[0]), {NAME: result})


@pytest.mark.parametrize(
    ("learned", "items", "controls", "verdict"),
    [
        (5.0, 200, 200, DetectionVerdict.DETECTED),
        (0.0, 230, 230, DetectionVerdict.NO_EVIDENCE),
        (0.0, 110, 110, DetectionVerdict.INSUFFICIENT),
        (5.0, 200, 99, DetectionVerdict.INSUFFICIENT),
        (5.0, 10, 100, DetectionVerdict.INSUFFICIENT),
    ],
)
def test_the_words_follow_from_what_was_learned_and_from_the_size(planned, learned, items, controls, verdict) -> None:
    plan = planned(items, controls)
    result = found(plan, learned).results[NAME]
    assert isinstance(result, OptionOrderResult)
    assert result.verdict is verdict
    recounted(plan, result)
    [line] = headlines({NAME: result})
    assert line.name == "Published order of options recognised (tiny)"
    assert "power" in line.detail
    if controls < 100 or items < 20:
        assert (plan[0][0].items, plan[0][0].reads, result.p_value, result.needed) == (0, None, None, 100)
        assert "nothing of benchmark was asked; " not in line.detail
    else:
        assert sum(result.ranks or ()) == result.items == items
        assert (result.needed is None) == (result.power >= 0.8)


def test_options_are_written_after_the_question_and_every_order_is_another(planned) -> None:
    [check], sources = planned()
    questions = all_questions([check], sources, SEED)
    assert check.items == len(questions) == 400 * 6
    assert check.reads == sum(len((one.text + (one.given or "")).encode()) + 1 for one in questions)
    first = [one for one in questions if one.item.startswith("published-00003/")]
    assert {one.text for one in first} == {"What is 3 + 1?\n"}
    assert first[0].given == "A) 4\nB) 7\nC) 10\nD) 13"
    assert len({one.given for one in first}) == 6


def test_items_with_too_few_orders_or_equal_options_are_not_asked(planned) -> None:
    few = rows(5, 300, options=2)
    same = [{**row, "choices": ["1", "1", "2", "3"], "answer": "C"} for row in rows(5, 400)]
    [check], _ = planned(content=[*few, *same, *rows(190)])
    assert check.items == (190 + 200) * 6


def test_items_that_could_not_be_scored_are_left_out(planned) -> None:
    plan = planned(120, 120)
    result = found(plan, lost=lambda one: one.item in ("published-00004/03", "control-00001/00")).results[NAME]
    assert (result.items, result.control_items, result.left_out) == (119, 119, 2)
    recounted(plan, result)
    assert found(plan, lost=lambda one: True).not_run == (
        NotRun(check=NAME, reason="the engine told no log-probability of any of the 1440 given texts"),
    )


def test_equally_likely_orders_are_no_evidence(planned) -> None:
    plan = planned(120, 120)
    checks, sources = plan
    questions = all_questions(checks, sources, SEED)
    completions = [
        scored(one, -1.0).model_copy(update={"prompt_sha256": hashlib.sha256(one.text.encode()).hexdigest()})
        for one in questions
    ]
    records = judge(questions, completions, None, samples=samples_of(checks))
    result = score_all(checks, questions, records, sources).results[NAME]
    assert (result.ranks, result.p_value) == ((0, 0, 0, 0, 0, 120), 1.0)
    recounted(plan, result)


def test_controls_that_are_published_and_files_without_options_are_refused(planned) -> None:
    with pytest.raises(UsageError, match="is among the published ones"):
        planned(content=[*rows(200), {**rows(1, 1005)[0], "question": " what is  1005 + 1?"}])
    with pytest.raises(UsageError, match="offers no options"):
        planned(content=[{"question": f"q {n}", "answer": "1"} for n in range(20)])


@pytest.mark.parametrize("given", [{"shuffles": 0}, {"shuffles": 24}, {"first": 5}, {"draws": 10}, {"control": None}])
def test_parameters_that_mean_nothing_are_refused(planned, given) -> None:
    with pytest.raises(CertifyError):
        planned(**given)


LIES = (
    {"reaching": 1},
    {"p_value": 0.9},
    {"likeliest_p_value": 0.9},
    {"power": 0.95},
    {"needed": 1},
    {"items": 109},
    {"left_out": 1},
    {"control_sha256": "0" * 64},
    {"ranks": None},
    {"ranks": (110, 0)},
    {"control_ranks": (110, 0, 0, 0, 0, 0)},
)


def test_numbers_that_do_not_follow_are_refused(planned) -> None:
    plan = planned(110, 110)
    result = found(plan).results[NAME]
    for lie in LIES:
        with pytest.raises(HostileInput, match="CERT-E090"):
            recounted(plan, result.model_copy(update=lie))
