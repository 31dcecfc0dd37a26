"""What the checks write holds against what a reader of the certificate recounts, whatever a model answers."""

import random
from types import SimpleNamespace

import pytest

from certify.check import all_questions, all_requests, judge, samples_of, score_all
from certify.engines.episodes import unfold
from certify.evidence.answers import Completion
from certify.verify.completeness import _check_result
from certify.verify.derived_counts import check_derived

SEED = bytes(range(32))
SMALL = {"samples": 2, "max_tokens": 64}
PLANNED = {
    "static_benchmark": {**SMALL, "samples": 3, "scaling": [1, 2, 3]},
    "static_fresh_gap": SMALL,
    "private_set": SMALL,
    "date_split": {"cutoff": "2025-12-31"},
    "canary": {"max_tokens": 64},
    "fresh_reasoning": {**SMALL, "families": ["addition", "weekday", "sorting"], "items": 20},
    "multi_turn": {**SMALL, "levels": [1, 2], "items": 11},
    "unseen_tools": {**SMALL, "levels": [1, 2], "items": 13},
    "logic_puzzles": {**SMALL, "families": ["ordering", "constraint"], "levels": [2], "per_level": 7},
    "long_chain": {**SMALL, "lengths": [2, 4], "arms": ["dense"], "per_length": 10},
    "capability_profile": {**SMALL, "given": 20, "without": 20},
    "paired_rewrite": {**SMALL, "rewrites": "families", "isomorphs": 1, "power_against": 0.4, "expected_accuracy": 0.5},
    "prefix_completion": {"control": "fresh", "power_against": 0.9, "least_words": 3},
    "option_recall": {"power_against": 0.9},
    "concision": {"reads": ["static-benchmark", "multi-turn"]},
}


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.93, 1.0])
def test_whatever_a_model_answers_the_results_hold_together(plan, complete, chance):
    planned, sources = plan(**PLANNED)
    questions = all_questions(planned, sources, SEED)
    by_item, draw = {(one.check, one.item): one for one in questions}, random.Random(7)
    completions = list[Completion]()
    for request in all_requests(planned, questions, SEED):
        question, turns = by_item[request.check, request.item], dict[int, Completion]()
        while not unfold(request, turns, None).over:
            text = question.gold if draw.random() < chance else draw.choice(["", "unknown", "17", "the answer is 3"])
            turns[len(turns)] = complete(question, text, request.repeat, turn=len(turns) or None)
        completions += turns.values()
    records = judge(questions, completions, None, samples=samples_of(planned))
    results = score_all(planned, questions, records, sources).results
    assert set(results) == {check.id for check in planned}
    for check in planned:
        _check_result(check, results[check.id])
    check_derived(SimpleNamespace(checks=planned), results)
