import json
import subprocess
import sys

import pytest

from certify.check import (
    CHECKS,
    all_questions,
    all_requests,
    pilot_requests,
    planned_checks,
    planned_sources,
    samples_of,
    score_all,
)
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.parameters import PARAMETER_TYPES
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import RESULT_TYPES
from certify.evidence.results.detection import Detection

SEED = bytes(32)
EVERYTHING = {
    "static_benchmark": {"samples": 2},
    "capability_profile": {"given": 20, "without": 10, "hops": [1, 2], "people": 5, "samples": 1, "max_tokens": 64},
    "fresh_reasoning": {"families": ["addition", "counting"], "items": 12, "samples": 3},
    "static_fresh_gap": {"samples": 2},
    "paired_rewrite": {"rewrites": "families", "isomorphs": 1, "power_against": 0.4, "expected_accuracy": 0.5},
    "corpus_scan": {},
    "unseen_tools": {"levels": [1, 3], "items": 12, "samples": 2},
    "multi_turn": {"levels": [1, 3], "items": 10, "samples": 2},
    "private_set": {"samples": 2},
    "prefix_completion": {"control": "fresh", "power_against": 0.9, "least_words": 3},
    "option_recall": {"power_against": 0.9},
    "canary": {},
    "date_split": {"cutoff": "2025-12-31"},
    "familiarity": {"first": 10},
    "concision": {"reads": ["fresh-reasoning"]},
    "logic_puzzles": {"families": ["grid", "ordering"], "levels": [1], "per_level": 6, "samples": 1, "max_tokens": 64},
    "long_chain": {"lengths": [2, 4], "arms": ["dense"], "per_length": 10, "samples": 1, "max_tokens": 64},
}
ASKING = [
    name.replace("_", "-")
    for name in EVERYTHING
    if name not in ("corpus_scan", "concision", "date_split", "familiarity")
]
EVERYTHING |= {"cost": {"reads": ASKING}}
EVERYTHING |= {"order_exchangeability": {"shard_items": 2, "shuffles": 1, "draws": 199, "power_against": 1.0}}
CHOICES = "option-order"
"""Needs two files of multiple choice; tested beside this."""


def test_every_check_has_parameters_and_a_result_type():
    assert CHECKS.keys() == PARAMETER_TYPES.keys() == RESULT_TYPES.keys()
    assert all(check.id == name and check.version >= 1 and check.title for name, check in CHECKS.items())


def test_a_plan_survives_json_and_gives_the_same_questions(plan):
    planned, sources = plan(**EVERYTHING)
    read = tuple(PlannedCheck.from_bytes(check.to_bytes()) for check in planned)
    assert all_questions(read, planned_sources(read), SEED) == all_questions(planned, sources, SEED)
    assert all(
        check.parameters == PARAMETER_TYPES[check.id].from_document(check.parameters).document() for check in read
    )


def test_every_question_is_asked_as_often_as_planned_with_its_own_seed(plan):
    planned, sources = plan(**EVERYTHING)
    questions = all_questions(planned, sources, SEED)
    requests = all_requests(planned, questions, SEED)
    assert [request.key for request in requests] == sorted(request.key for request in requests)
    assert len(requests) == sum(check.items * check.samples for check in planned)
    assert len({request.seed for request in requests}) == len(requests)
    assert requests == all_requests(planned, tuple(reversed(questions)), SEED)
    assert "gold" not in json.dumps(requests[0].document())
    assert samples_of(planned)["fresh-reasoning"] == 3


def test_a_benchmark_that_changed_after_the_plan_is_refused(plan, benchmark_file):
    planned, _ = plan(static_benchmark={})
    benchmark_file.write_text(benchmark_file.read_text() + "\n")
    with pytest.raises(CertifyError) as caught:
        planned_sources(planned)
    assert caught.value.code == "CERT-E101"


def test_a_benchmark_may_lie_elsewhere_when_a_run_is_repeated(plan, benchmark_file, tmp_path):
    planned, _ = plan(static_benchmark={})
    moved = benchmark_file.rename(tmp_path / "copy.jsonl")
    with pytest.raises(CertifyError):
        planned_sources(planned)
    sources = planned_sources(planned, {str(benchmark_file): moved})
    assert len(all_questions(planned, sources, SEED)) == 30


@pytest.mark.parametrize(
    "change", [{"version": 99}, {"id": "unknown"}, {"items": 3}, {"parameters": {"benchmark": 3}}, {"parameters": {}}]
)
def test_a_plan_that_does_not_hold_together_is_refused(plan, change):
    planned, sources = plan(static_benchmark={})
    altered = (planned[0].model_copy(update=change),)
    with pytest.raises(CertifyError):
        all_questions(altered, sources, SEED)


def test_checks_without_any_answer_give_no_result_and_no_error(plan):
    planned, sources = plan(**EVERYTHING)
    scored = score_all(planned, (), (), sources)
    small = {check.id for check in planned if isinstance(scored.results.get(check.id), Detection) and not check.items}
    assert scored.results.keys() == small
    assert sorted(one.check for one in scored.not_run) == sorted(CHECKS.keys() - {CHOICES} - small)


def test_pilot_problems_are_like_those_of_the_plan_and_never_the_same(plan, benchmark_file):
    fresh = {"families": ["addition", "counting"], "items": 12, "max_tokens": 77}
    requests = [CheckRequest.model_validate({"id": "fresh-reasoning", "with": fresh})]
    pilot = pilot_requests(requests)
    assert len(pilot) == 16
    assert {request.max_tokens for request in pilot} == {77}
    assert len({request.text for request in pilot}) == 16
    planned = planned_checks(requests)
    asked = {question.text for question in all_questions(planned, planned_sources(planned), SEED)}
    assert not asked & {request.text for request in pilot}
    assert len(pilot_requests([])) == 16


def test_questions_do_not_depend_on_the_hash_seed(plan, benchmark_file):
    planned, sources = plan(**EVERYTHING)
    expected = [question.document() for question in all_questions(planned, sources, SEED)]
    program = (
        "import json,sys; from certify.check import all_questions, planned_sources;"
        "from certify.evidence.plan import PlannedCheck;"
        "p=[PlannedCheck.from_document(d) for d in json.load(sys.stdin)];"
        "print(json.dumps([q.document() for q in all_questions(p, planned_sources(p), bytes(32))]))"
    )
    given = json.dumps([check.document() for check in planned])
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=given,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "CERTIFY_PRIVATE_SETS": str(benchmark_file.parent)},
        )
        assert json.loads(done.stdout) == expected
