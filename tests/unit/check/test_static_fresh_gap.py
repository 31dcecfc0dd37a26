import json
from types import SimpleNamespace

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.families import FAMILIES, generate_items
from certify.decide.form import CheckRequest
from certify.errors import HostileInput, UsageError
from certify.evidence.model import ReasoningTags
from certify.verify.derived_counts import check_derived
from certify.verify.words.headlines import headlines

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


@pytest.fixture
def two_gaps(benchmark_file, tmp_path, answer_all):
    """Plan and results of two gaps: the model knows the first benchmark better than its twins, and not the second."""
    problems = [one for family in FAMILIES for one in generate_items(SEED, family, 1, 2, purpose="test-second")]
    second = tmp_path / "second.jsonl"
    rows = [{"id": f"s-{number:03d}", **vars(problem)} for number, problem in enumerate(problems)]
    second.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = {
        f"{kind}:{name}": {"benchmark": str(path)}
        for name, path in (("one", benchmark_file), ("two", second))
        for kind in ("static-benchmark", "static-fresh-gap")
    }
    planned = planned_checks([CheckRequest.model_validate({"id": i, "with": g}) for i, g in asked.items()])

    def right(question, repeat):
        return question.check != "static-fresh-gap:one" or int(question.pair[2:]) >= 6

    return planned, scored(planned, planned_sources(planned), answer_all, right).results


def test_several_gaps_are_corrected_for_their_number(two_gaps):
    planned, results = two_gaps
    one, two = results["static-fresh-gap:one"], results["static-fresh-gap:two"]
    assert (one.p_value, two.p_value) == (0.01563, 1.0)  # 2 ** -6, rounded up
    assert (one.tests, one.holm_p_value, one.holm_margin_p_value) == (2, 0.03126, None)
    assert (two.tests, two.holm_p_value) == (2, 1.0)
    told = next(line.detail for line in headlines(results) if line.name.endswith("fresh twins (one)"))
    assert "p = 0.0156 on 30 pairs, p = 0.0313 by Holm’s rule as one of 2 gaps tested; power" in told
    check_derived(SimpleNamespace(checks=planned), results)


@pytest.mark.parametrize(
    "change",
    [{"holm_p_value": 0.01563}, {"tests": None, "holm_p_value": None}, {"tests": 3}, {"holm_margin_p_value": 0.5}],
)
def test_whoever_signs_another_correction_is_found_out(two_gaps, change):
    planned, results = two_gaps
    name = "static-fresh-gap:one"
    with pytest.raises(HostileInput, match="not corrected for the number of gaps"):
        check_derived(SimpleNamespace(checks=planned), results | {name: results[name].model_copy(update=change)})


def test_a_gap_without_a_result_stays_in_the_count(two_gaps):
    planned, results = two_gaps
    alone = {name: one for name, one in results.items() if name != "static-fresh-gap:two"}
    check_derived(SimpleNamespace(checks=planned), alone)


def test_a_single_gap_is_worded_and_signed_as_ever(plan, answer_all):
    planned, sources = plan(**BOTH)
    gap = scored(planned, sources, answer_all, lambda question, repeat: True).results["static-fresh-gap"]
    assert (gap.tests, gap.holm_p_value, gap.holm_margin_p_value) == (None, None, None)
    assert "Holm" not in headlines({"static-fresh-gap": gap})[0].detail
