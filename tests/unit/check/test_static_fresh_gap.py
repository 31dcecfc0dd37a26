import json

import pytest

from certify.check import all_questions, judge, samples_of, score_all
from certify.check.families import FAMILIES
from certify.errors import UsageError
from certify.evidence.model import ReasoningTags

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")
BOTH = {"static_benchmark": {}, "static_fresh_gap": {"power_against": 0.3}}


def scored(planned, sources, answer_all, right):
    questions = all_questions(planned, sources, SEED)
    completions = answer_all(questions, samples_of(planned), right)
    records = judge(questions, completions, THINK, samples=samples_of(planned))
    return score_all(planned, questions, records, sources)


def test_every_item_gets_a_twin_that_nobody_published(plan):
    planned, sources = plan(**BOTH)
    questions = all_questions(planned, sources, SEED)
    static = {question.item: question for question in questions if question.check == "static-benchmark"}
    twins = {question.pair: question for question in questions if question.check == "static-fresh-gap"}
    assert static.keys() == twins.keys()
    published = {question.text for question in static.values()}
    assert not published & {question.text for question in twins.values()}
    for item, twin in twins.items():
        assert twin.verifier == static[item].verifier
        assert FAMILIES[twin.group].verify(twin.gold, twin.gold)
    assert questions == all_questions(planned, sources, SEED)
    other = all_questions(planned, sources, bytes([7]) * 32)
    assert {q.text for q in other if q.pair} != {q.text for q in questions if q.pair}


def test_only_the_asked_items_are_paired(plan):
    planned, sources = plan(static_benchmark={"items": 12}, static_fresh_gap={})
    assert [check.items for check in planned] == [12, 12]
    assert {q.item for q in all_questions(planned, sources, SEED) if q.pair} == {f"p-{n:03d}" for n in range(12)}


def test_a_model_that_was_taught_the_test_is_exposed(plan, answer_all):
    planned, sources = plan(**BOTH)
    result = scored(planned, sources, answer_all, lambda question, repeat: question.pair is None).results
    gap = result["static-fresh-gap"]
    assert gap.gap == 1.0
    assert gap.p_value < 1e-8
    assert (gap.static.estimate, gap.fresh.estimate) == (1.0, 0.0)
    assert gap.upper == 1.0
    assert gap.items == 30


def test_a_model_that_reasons_shows_no_gap_and_what_could_have_been_found(plan, answer_all):
    planned, sources = plan(**BOTH)
    result = scored(planned, sources, answer_all, lambda question, repeat: int(question.item[2:]) % 3 > 0).results
    gap = result["static-fresh-gap"]
    assert gap.gap == 0.0
    assert gap.p_value == 1.0
    assert 0 < gap.upper < 0.2
    assert 0 < gap.detectable < 1
    assert gap.power > 0.5
    assert gap.power_against == 0.3


def test_samples_may_differ_between_the_two_sides(plan, answer_all):
    planned, sources = plan(static_benchmark={"samples": 3}, static_fresh_gap={"samples": 2})
    result = scored(planned, sources, answer_all, lambda question, repeat: repeat < 1).results["static-fresh-gap"]
    assert (result.static.samples, result.fresh.samples) == (3, 2)
    assert result.static.estimate == pytest.approx(1 / 3, abs=1e-4)
    assert result.gap == pytest.approx(1 / 3 - 1 / 2, abs=1e-4)


def test_items_that_are_of_no_family_are_not_paired(plan, benchmark_file, answer_all):
    rows = [{"question": f"What is {n} + {n}?", "answer": str(2 * n)} for n in range(20)]
    benchmark_file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    planned, sources = plan(**BOTH)
    assert [check.items for check in planned] == [20, 0]
    result = scored(planned, sources, answer_all, lambda question, repeat: True)
    assert set(result.results) == {"static-benchmark"}
    assert [(one.check, "family" in one.reason) for one in result.not_run] == [("static-fresh-gap", True)]


@pytest.mark.parametrize(
    "checks",
    [
        {"static_fresh_gap": {}},
        {"static_benchmark": {"benchmark": "/elsewhere.jsonl"}, "static_fresh_gap": {}},
        {"static_benchmark": {}, "static_fresh_gap": {"power_against": 0.0}},
    ],
)
def test_a_plan_without_a_comparison_is_refused(plan, checks):
    with pytest.raises(UsageError) as caught:
        plan(**checks)
    assert caught.value.code == "CERT-E102"
