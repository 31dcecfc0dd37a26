"""Which items are asked before which look, and where a check stops."""

from __future__ import annotations

import itertools
import json
from collections import Counter

import pytest

from certify.check import (
    all_questions,
    all_requests,
    asked_in_round,
    asked_questions,
    judge,
    looks_taken,
    planned_checks,
    planned_sources,
    samples_of,
    score_all,
)
from certify.check.families import generate_items
from certify.decide.form import CheckRequest
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.looks import LookVerdict
from certify.evidence.model import ReasoningTags
from certify.evidence.results import FreshReasoningResult, StaticBenchmarkResult

from .conftest import SEED

FAMILIES = ["addition", "sorting", "weekday"]


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "many.jsonl"
    rows = [{"id": f"p-{n:03d}", **vars(one)} for n, one in enumerate(generate_items(SEED, "addition", 1, 130))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def planned(many, *, looks=3, threshold=0.75, samples=1):
    fresh = {"families": FAMILIES, "items": 130, "samples": samples, "looks": looks, "threshold": threshold}
    static = {"benchmark": many, "looks": looks, "threshold": threshold, "samples": samples}
    requests = [{"id": "fresh-reasoning", "with": fresh}, {"id": "static-benchmark", "with": static}]
    checks = planned_checks([CheckRequest.model_validate(one) for one in requests])
    sources = planned_sources(checks)
    return checks, sources, all_questions(checks, sources, SEED)


def judged(checks, questions, answer_all, right):
    samples = samples_of(checks)
    tags = ReasoningTags(open="<think>", close="</think>")
    return judge(questions, answer_all(questions, samples, right), tags, samples=samples)


def test_a_plan_lists_its_looks_and_every_family_is_asked_in_equal_steps(many):
    checks, _, questions = planned(many)
    fresh, static = checks
    assert [look.items for look in fresh.looks] == [45, 88, 130]
    assert [look.items for look in static.looks] == [44, 87, 130]
    assert [look.level for look in static.looks] == [0.97736, 0.97828, 0.97834]
    for check in checks:
        asked = Counter(question.look for question in questions if question.check == check.id)
        assert list(itertools.accumulate(asked[look] for look in (1, 2, 3))) == [look.items for look in check.looks]
    families = Counter((question.group, question.look) for question in questions if question.check == fresh.id)
    assert max(families.values()) - min(families.values()) <= 1


def test_the_seed_orders_a_benchmark_and_nothing_else(many):
    checks, sources, questions = planned(many)
    others = all_questions(checks, sources, bytes(32))
    static = [[(one.item, one.look) for one in q if one.check == "static-benchmark"] for q in (questions, others)]
    assert static[0] != static[1]
    assert [item for item, _ in static[0]] == [item for item, _ in static[1]]
    assert [look for _, look in static[0]] != sorted(look for _, look in static[0])


def test_a_good_model_stops_at_once_and_a_middling_one_goes_on(many, answer_all):
    checks, sources, questions = planned(many)
    first = asked_in_round(checks, questions, (), 1)
    assert {question.look for question in first} == {1}
    perfect = judged(checks, first, answer_all, lambda *_: True)
    assert asked_in_round(checks, questions, perfect, 2) == first
    scored = score_all(checks, questions, perfect, sources)
    fresh, static = scored.results["fresh-reasoning"], scored.results["static-benchmark"]
    assert isinstance(fresh, FreshReasoningResult)
    assert isinstance(static, StaticBenchmarkResult)
    assert (fresh.accuracy.items, fresh.accuracy.rule, fresh.outcomes.answers) == (45, "SEQ", 45)
    assert [look.verdict for look in static.looks or ()] == [LookVerdict.MET]
    assert sum(family.items for family in fresh.families) == 45

    half = judged(checks, first, answer_all, lambda question, _: int(question.item[-3:]) % 4 > 0)
    again = asked_in_round(checks, questions, half, 2)
    assert {question.look for question in again} >= {1, 2}


def test_each_check_stops_by_itself(many, answer_all):
    checks, sources, questions = planned(many)

    def right(question, _):
        return question.check == "static-benchmark" or int(question.item[-3:]) % 4 > 0

    records, asked = (), asked_in_round(checks, questions, (), 1)
    for number in (2, 3, 4):
        records = judged(checks, asked, answer_all, right)
        asked = asked_in_round(checks, questions, records, number)
    assert asked == asked_questions(checks, questions, records)
    scored = score_all(checks, questions, records, sources)
    fresh, static = scored.results["fresh-reasoning"], scored.results["static-benchmark"]
    assert [one.look for one in static.looks] == [1]
    assert [one.items for one in fresh.looks] == [45, 88, 130], fresh.looks
    assert [one.verdict for one in fresh.looks][:2] == [LookVerdict.INCONCLUSIVE] * 2


def test_answers_beyond_the_look_where_a_check_stops_are_refused(many, answer_all):
    checks, sources, questions = planned(many)
    everything = judged(checks, questions, answer_all, lambda *_: True)
    with pytest.raises(EvidenceMissing, match="not those of the looks"):
        score_all(checks, questions, everything, sources)
    first = asked_in_round(checks, questions, (), 1)
    with pytest.raises(EvidenceMissing, match="not those of the looks"):
        score_all(checks, questions, everything[: len(first) // 2], sources)


def test_a_look_counts_only_when_all_its_answers_are_there(many, answer_all):
    checks, _, questions = planned(many, samples=2)
    first = asked_in_round(checks, questions, (), 1)
    records = judged(checks, first, answer_all, lambda *_: True)
    assert all(len(looks_taken(check, questions, records)) == 1 for check in checks)
    assert any(len(looks_taken(check, questions, records[1:])) == 0 for check in checks)
    assert len(all_requests(checks, first, SEED)) == 2 * len(first)


@pytest.mark.parametrize(("items", "looks"), [(100, 3), (111, 3), (30, 2)])
def test_first_looks_that_are_too_small_are_refused(items, looks):
    fresh = {"families": FAMILIES, "items": items, "looks": looks, "threshold": 0.5}
    with pytest.raises(UsageError, match=f"{items} items are too few for {looks} looks"):
        planned_checks([CheckRequest.model_validate({"id": "fresh-reasoning", "with": fresh})])


@pytest.mark.parametrize("given", [{"looks": 3}, {"threshold": 0.8}, {"looks": 1, "threshold": 0.8}])
def test_looks_and_threshold_go_together(given):
    with pytest.raises(Exception, match="looks"):
        planned_checks(
            [CheckRequest.model_validate({"id": "fresh-reasoning", "with": {"families": FAMILIES, **given}})]
        )


def test_without_looks_nothing_changes(plan):
    checks, sources = plan(fresh_reasoning={"families": FAMILIES, "items": 30})
    questions = all_questions(checks, sources, SEED)
    assert checks[0].looks is None
    assert "looks" not in checks[0].document()
    assert "looks" not in checks[0].parameters
    assert all("look" not in question.document() for question in questions)
    assert asked_in_round(checks, questions, (), 1) == questions
