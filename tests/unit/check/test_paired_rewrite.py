"""Published items against rewrites of them: what is asked, and what honest, taught and half-taught models show."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from certify.check import all_questions, judge, planned_parameters, samples_of, score_all
from certify.check.families import generate_items
from certify.check.rewrite_sources import refuse_own_reference
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import FinishReason
from certify.evidence.model import ReasoningTags
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.completeness import asked_ways
from certify.verify.derived_counts import check_derived
from certify.verify.rewrite_counts import check_reference_models, check_rewrites

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")
ASKED = {
    "rewrites": "families",
    "isomorphs": 1,
    "samples": 2,
    "power_against": 0.4,
    "alpha": 0.05,
    "expected_accuracy": 0.5,
}


def scored(planned, sources, answer_all, right):
    questions = all_questions(planned, sources, SEED)
    completions = answer_all(questions, samples_of(planned), right)
    records = judge(questions, completions, THINK, samples=samples_of(planned))
    result = score_all(planned, questions, records, sources).results["paired-rewrite"]
    check_rewrites(planned[0], result)
    check_derived(SimpleNamespace(checks=planned), {"paired-rewrite": result})
    return result


def taught(question, repeat):
    return question.group == "original" or int(question.pair[2:]) % 3 == 0


def erratic(question, repeat):
    """Half of the items right on one side alone, half on the other."""
    return (question.group == "original") == (int(question.pair[2:]) % 2 == 0)


def test_an_item_is_asked_as_often_as_its_rewrites_together(plan):
    planned, sources = plan(paired_rewrite=ASKED)
    assert (planned[0].items, planned[0].samples) == (30 * 2, 2)
    questions = all_questions(planned, sources, SEED)
    assert Counter(one.group for one in questions) == {"original": 30, "rewrite": 30}
    published = {item.question for item in sources.benchmarks[planned[0].parameters["benchmark"]].items}
    rewrites = [one for one in questions if one.group == "rewrite"]
    assert not published & {one.text for one in rewrites}
    assert len({one.text for one in rewrites}) == 30
    assert {one.text for one in all_questions(planned, sources, bytes([7]) * 32)} != {one.text for one in questions}


@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        (taught, DetectionVerdict.DETECTED),
        (lambda question, repeat: int(question.pair[2:]) % 2 == 0, DetectionVerdict.NO_EVIDENCE),
        (lambda question, repeat: True, DetectionVerdict.NO_EVIDENCE),
        (erratic, DetectionVerdict.INSUFFICIENT),
    ],
    ids=["taught", "honest", "nearly always right", "erratic"],
)
def test_what_a_model_shows(plan, answer_all, right, verdict):
    planned, sources = plan(paired_rewrite=ASKED)
    result = scored(planned, sources, answer_all, right)
    assert result.verdict is verdict
    assert sum(one.items for one in result.pairs) == result.items == 30
    assert result.outcomes.answers == planned[0].answers
    assert result.gap == pytest.approx(result.original.estimate - result.rewritten.estimate, abs=2e-4)
    assert result.p_value == result.margin_p_value >= result.plain_p_value


def test_answers_that_were_cut_off_show_nothing_and_no_absence_is_claimed_of_them(plan, answer_all):
    """A model that thinks past its limit has no gap, whatever it was taught."""
    planned, sources = plan(paired_rewrite=ASKED)

    def result_with(share):
        def cut_off(questions, samples, right):
            whole = answer_all(questions, samples, right)
            few = {"text": " <think>hm", "finish_reason": FinishReason.LENGTH}
            return [one.model_copy(update=few) if place % 4 < 4 * share else one for place, one in enumerate(whole)]

        return scored(planned, sources, cut_off, lambda question, _: int(question.pair[2:]) % 2 == 0)

    none, half, whole = result_with(1), result_with(0.5), result_with(0)
    assert (none.gap, none.power, none.verdict) == (0.0, 0.0, DetectionVerdict.INSUFFICIENT)
    assert none.power < half.power < whole.power
    assert none.detectable == 1.0 > half.detectable > whole.detectable


def test_a_little_harder_rewrites_are_no_finding(plan, answer_all):
    """One item in thirty falls: within the margin of five points, beyond a margin of none it counts but once."""
    planned, sources = plan(paired_rewrite={**ASKED, "margin": 0.05})
    result = scored(planned, sources, answer_all, lambda one, _: one.group == "original" or one.pair != "p-000")
    assert result.gap == pytest.approx(0.0333, abs=1e-4)
    assert result.plain_p_value == 0.5
    assert result.margin_p_value > 0.5


@pytest.mark.parametrize("change", [{"alpha": 0.01, "power_against": 0.1}, {"items": 10}, {"least_power": 0.99999}])
def test_too_few_items_are_told_before_a_token_is_spent(plan, answer_all, change):
    planned, sources = plan(paired_rewrite={**ASKED, **change})
    assert (planned[0].items, planned[0].tokens) == (0, 0)
    result = scored(planned, sources, answer_all, taught)
    assert result.verdict is DetectionVerdict.INSUFFICIENT
    assert result.p_value is result.upper is result.pairs is None
    assert result.needed > result.items


@pytest.mark.parametrize(
    "change",
    [
        {"margin": 0.4},
        {"rewrites": "annotations"},
        {"rewrites": "annotations", "isomorphs": 6},
        {"rewrites_sha256": "0" * 64},
        {"references_sha256": "0" * 64},
        {"references": "/nowhere.json"},
        {"rewrites": "/nowhere.jsonl"},
        {"alpha": 0.5},
        {"alpha": 1e-20},
        {"expected_accuracy": 0.7},
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan, change):
    with pytest.raises((UsageError, HostileInput)) as caught:
        plan(paired_rewrite={**ASKED, **change})
    assert caught.value.code in {"CERT-E100", "CERT-E102", "CERT-E045"}


@pytest.fixture
def item_rows(benchmark_file):
    return [json.loads(line) for line in benchmark_file.read_text().splitlines()]


@pytest.fixture
def rewrites(tmp_path, item_rows):
    """Writes a file of rewrites with two solvers each; takes changed or further rows."""

    def write(*changes, more=()):
        rows = [
            {
                "item": item["id"],
                "question": f"Here is one more, number {number}. {item['question']}",
                "answer": item["answer"],
                "solvers": [{"name": "Anna", "answer": item["answer"]}, {"name": "ben", "answer": item["answer"]}],
            }
            for number, item in enumerate(item_rows)
        ]
        for number, change in enumerate(changes):
            rows[number] |= change
        path = tmp_path / "rewrites.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *more]))
        return {**ASKED, "rewrites": str(path), "isomorphs": 1, "samples": 2}

    return write


def test_rewrites_of_a_file_are_asked_as_they_are(plan, answer_all, rewrites):
    planned, sources = plan(paired_rewrite=rewrites())
    assert planned[0].items == 60
    assert planned[0].parameters["rewritesSha256"] == next(iter(sources.rewrites.values())).sha256
    texts = {one.text for one in all_questions(planned, sources, SEED) if one.group == "rewrite"}
    assert all(text.startswith("Here is one more") for text in texts)
    result = scored(planned, sources, answer_all, taught)
    assert result.verdict is DetectionVerdict.DETECTED
    assert (result.rewrites, result.left_out) == ("file", ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item": "nobody"}, "unknown_item"),
        ({"question": None}, "identical"),
        ({"solvers": None}, "unvalidated"),
        ({"solvers": [{"name": "Anna", "answer": "1"}, {"name": "anna ", "answer": "1"}]}, "unvalidated"),
        ({"answer": "9999999"}, "disagreed"),
    ],
)
def test_a_rewrite_that_is_not_certain_is_counted(plan, rewrites, item_rows, answer_all, change, reason):
    if "question" in change:
        published = item_rows[0]["question"]
        change = {"question": "  " + published.upper().replace(" ", "\t") + " ..."}
    planned, sources = plan(paired_rewrite=rewrites(change))
    result = scored(planned, sources, answer_all, taught)
    assert {one.reason: one.count for one in result.left_out} == {"no_rewrite": 1, reason: 1}
    assert result.items == 29


def test_a_rewrite_that_stands_there_twice_counts_once(plan, rewrites, answer_all):
    first = {"item": "p-000", "question": "here is one more number 1"}
    first["answer"] = "3"
    given = rewrites(more=[first, {**first, "question": "Here, is one more: number 1"}])
    result = scored(*plan(paired_rewrite=given), answer_all, taught)
    assert {one.reason: one.count for one in result.left_out} == {"unvalidated": 1, "repeated": 1}


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ([{"solvers": None}] * 4, "CERT-E102", "4 of 30 rewrites"),
        ([{"solvers": "Anna"}], "CERT-E100", "solvers"),
        ([{"solvers": [{"name": "x" * 300, "answer": "1"}]}], "CERT-E100", "solvers"),
        ([{"item": None}], "CERT-E100", "names no item"),
        ([{"answer": ""}], "CERT-E100", "no text"),
        ([{"question": 5 * [None]}], "CERT-E100", "no text"),
    ],
)
def test_a_bad_file_of_rewrites_is_an_error(plan, rewrites, rows, code, said):
    with pytest.raises(UsageError, match=said) as caught:
        plan(paired_rewrite=rewrites(*rows))
    assert caught.value.code == code


def test_another_file_of_rewrites_than_was_planned_is_refused(plan, rewrites):
    with pytest.raises(HostileInput, match="not the file that was agreed on"):
        plan(paired_rewrite={**rewrites(), "rewrites_sha256": "0" * 64})


def test_an_item_that_carries_its_calculation_confirms_its_rewrite(plan, benchmark_file, answer_all):
    text = "Ann has {} apples and {} pears. She buys {} more apples. How many apples and pears has she?"
    items, rows = [], []
    for number in range(12):
        a, b, c = 21 + number, 43 + number, 305 + number
        solution = f"<<{a}+{b}={a + b}>> <<{a + b}+{c}={a + b + c}>> #### {a + b + c}"
        items.append({"id": f"q-{number}", "question": text.format(a, b, c), "answer": solution})
        x, y, z = 31 + number, 64 + number, 506 + number
        rows.append({"item": f"q-{number}", "question": text.format(x, y, z), "answer": str(x + y + z)})
    rows[0]["answer"] = "1"
    benchmark_file.write_text("".join(json.dumps(row) + "\n" for row in items))
    path = benchmark_file.with_name("other.jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    given = {**ASKED, "rewrites": str(path), "power_against": 0.9, "isomorphs": 1, "expected_accuracy": 0.05}
    planned, sources = plan(paired_rewrite=given)
    result = scored(planned, sources, answer_all, lambda question, repeat: False)
    assert {one.reason: one.count for one in result.left_out} == {"no_rewrite": 1, "disagreed": 1}


@pytest.fixture
def references(tmp_path, benchmark_file, plan, item_rows):
    """Writes a file of reference models that lose one item in ten, or two; takes changes of it."""

    def write(count=6, **changes):
        [check], _ = plan(paired_rewrite=ASKED)
        rows = [
            {
                "name": f"model {number}",
                "identity": f"{number:064x}",
                "items": {
                    item["id"]: [2, 2, 0 if (place + number) % 10 < 1 + number % 2 else 2, 2]
                    for place, item in enumerate(item_rows)
                },
            }
            for number in range(count)
        ]
        told = {
            "schema": "certify/references/v1",
            "benchmark": check.parameters["sha256"],
            "rewrites": "families",
            "samples": 2,
            "models": rows,
        }
        path = tmp_path / "references.json"
        path.write_text(json.dumps(told | changes))
        return {**ASKED, "references": str(path)}

    return write


def test_beside_references_the_rewrites_may_be_harder(plan, answer_all, references):
    planned, sources = plan(paired_rewrite=references())
    assert planned[0].parameters["referencesSha256"]

    def like_them(question, repeat):
        return question.group == "original" or int(question.pair[2:]) % 8 > 0

    found = scored(planned, sources, answer_all, like_them)
    assert found.gap > 0.1
    assert found.p_value == max(found.reference.model_p, found.reference.item_p) > 0.05
    assert found.reference.p_without_largest <= found.p_value
    assert found.reference.references == 6
    taught_found = scored(planned, sources, answer_all, taught)
    assert taught_found.verdict is DetectionVerdict.DETECTED
    assert taught_found.reference.excess == pytest.approx(taught_found.gap - 0.15, abs=1e-4)
    parameters = planned_parameters(planned)
    refuse_own_reference(parameters, f"{9:064x}")
    with pytest.raises(UsageError, match="the model itself stands among the references"):
        refuse_own_reference(parameters, f"{3:064x}")
    with pytest.raises(HostileInput, match="among its references"):
        check_reference_models(SimpleNamespace(model=SimpleNamespace(identity=f"{3:064x}")), planned[0], found)


@pytest.mark.parametrize(
    ("count", "change", "said"),
    [
        (4, {}, "4 models are too few"),
        (6, {"benchmark": "0" * 64}, "another benchmark"),
        (6, {"rewrites": "annotations"}, "other rewrites"),
        (6, {"samples": 3}, "answers cannot give"),
        (6, {"schema": "certify/references/v2"}, "schema"),
        (0, {}, "models"),
        (5, {"models": [{"name": "a", "identity": "0" * 64, "items": {"p-000": [3, 2, 0, 2]}}]}, "answers cannot give"),
        (5, {"models": 2 * [{"name": "a", "identity": "0" * 64, "items": {"p-000": [1, 2, 0, 2]}}]}, "in it twice"),
        (5, {"extra": 1}, "extra"),
    ],
)
def test_references_that_do_not_fit_are_refused(plan, references, count, change, said):
    with pytest.raises(UsageError, match=said):
        plan(paired_rewrite=references(count, **change))


def test_references_lacking_an_item_are_refused(plan, references):
    given = references()
    path = Path(given["references"])
    told = json.loads(path.read_text())
    del told["models"][5]["items"]["p-007"]
    path.write_text(json.dumps(told))
    with pytest.raises(UsageError, match="model 5 lacks 1 of 30 items"):
        plan(paired_rewrite=given)


@pytest.mark.parametrize(
    "change",
    [
        {"gap": 0.01},
        {"upper": 0.0},
        {"p_value": 0.9},
        {"margin_p_value": 0.9},
        {"plain_p_value": 0.9},
        {"power": 0.99},
        {"detectable": 0.01},
        {"needed": 4},
        {"margin": 0.1},
        {"power_against": 0.0},
        {"alpha": 0.0},
        {"least_power": 1.0},
        {"tests": 10**40},
        {"items": 29},
        {"pairs": None},
        {"rewrites": "annotations"},
        {"left_out": ({"reason": "no_rewrite", "count": 1}, {"reason": "no_rewrite", "count": 1})},
        {"benchmark_sha256": "0" * 64},
    ],
    ids=str,
)
@pytest.mark.parametrize("beside", [False, True], ids=["margin", "references"])
def test_whoever_signs_another_number_is_found_out(plan, answer_all, references, change, beside):
    planned, sources = plan(paired_rewrite=references() if beside else ASKED)
    result = scored(planned, sources, answer_all, lambda one, _: one.group == "original" or int(one.pair[2:]) % 4 > 0)
    told = type(result).model_validate(result.model_dump() | change)
    with pytest.raises(HostileInput):
        check_rewrites(planned[0], told)


@pytest.mark.parametrize(
    "change",
    [
        {"excess": 0.3},
        {"model_p": 0.0001},
        {"item_p": 0.0001},
        {"largest_gap": 0.01},
        {"p_without_largest": 0.0},
        {"references": 5},
        {"sha256": "0" * 64},
        {"unit": 10**9},
        {"excesses": ({"excess": 0, "items": 30},)},
    ],
    ids=str,
)
def test_whoever_signs_another_comparison_is_found_out(plan, answer_all, references, change):
    planned, sources = plan(paired_rewrite=references())
    result = scored(planned, sources, answer_all, lambda one, _: one.group == "original" or int(one.pair[2:]) % 4 > 0)
    told = result.model_dump()
    told["reference"] |= change
    with pytest.raises(HostileInput):
        check_rewrites(planned[0], type(result).model_validate(told))


@pytest.mark.parametrize("value", [-1, 0, 0.5, 10**30, "x", []])
def test_a_reader_is_never_upset_by_a_plan_or_a_result(plan, answer_all, references, value):
    planned, sources = plan(paired_rewrite=references())
    result = scored(planned, sources, answer_all, taught)
    for name in planned[0].parameters:
        changed = planned[0].model_copy(update={"parameters": {**planned[0].parameters, name: value}})
        _hostile_or_nothing(changed, result)
    for within, told in ((None, result.document()), ("reference", result.document()["reference"])):
        for name in told:
            document = result.document()
            (document if within is None else document[within])[name] = value
            try:
                changed_result = type(result).from_document(document, by_name=False)
            except HostileInput:
                continue
            _hostile_or_nothing(planned[0], changed_result)


def _hostile_or_nothing(check, result):
    with suppress(HostileInput):
        check_rewrites(check, result)
    assert asked_ways(check) >= 1


def test_a_problem_of_our_own_confirms_itself_where_it_is_of_the_same_kind(plan, rewrites, item_rows, answer_all):
    """A twin with its facts needs no solver; one of another family does."""
    twin = generate_items(SEED, item_rows[0]["family"], item_rows[0]["level"], 1, purpose="test-twin")[0]
    other = generate_items(SEED, item_rows[29]["family"], item_rows[29]["level"], 1, purpose="test-twin")[0]
    rows = [{**vars(one), "solvers": None} for one in (twin, other)]
    result = scored(*plan(paired_rewrite=rewrites(*rows)), answer_all, taught)
    assert {one.reason: one.count for one in result.left_out} == {"no_rewrite": 1, "unvalidated": 1}


@pytest.mark.parametrize("changed", [{}, {"margin": 0.0}])
def test_several_rewrites_of_few_items_are_refused_for_their_false_alarms(plan, changed):
    with pytest.raises(UsageError, match="make more false alarms than alpha allows"):
        plan(paired_rewrite={**ASKED, "isomorphs": 2, **changed})
