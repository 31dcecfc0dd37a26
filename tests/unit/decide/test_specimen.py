from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.decide import load_policy, mutate, read_policy, specimen
from certify.evidence.results import RESULT_TYPES

RULE = {
    "assert_": 'check["fresh-reasoning"].accuracy.lower >= params.floor',
    "refute": 'check["fresh-reasoning"].accuracy.upper < params.floor',
    "params": {"floor": {"value": 0.7, "tighten": "up"}},
    "message": '{check["fresh-reasoning"].accuracy.lower}',
    "examples": {
        "pass": {},
        "fail": {"check": {"fresh-reasoning": {"accuracy": {"lower": 0.1, "upper": 0.6}}}},
        "missing": {"check": {"fresh-reasoning": None}},
    },
}


def test_a_policy_can_be_tried_on_its_specimen(write: Callable[..., Path]) -> None:
    folder = write(**RULE)
    made = specimen(read_policy(folder))
    assert made["check"]["fresh-reasoning"]["accuracy"]["lower"] == 0.7
    (folder / "examples" / "pass" / "evidence.json").write_text(json.dumps(made))
    load_policy(folder)
    survivors = [mutant.change for mutant in mutate(read_policy(folder)) if not mutant.killed_by]
    assert not [change for change in survivors if change.startswith("assert")]


def test_whole_numbers_stay_whole(write: Callable[..., Path]) -> None:
    read = read_policy(write({"checks": [{"id": "logic-puzzles"}]}, assert_='check["logic-puzzles"].held_level >= 2'))
    assert specimen(read)["check"]["logic-puzzles"]["held_level"] == 2


def test_a_verdict_that_a_rule_asks_for_is_the_one_given(write: Callable[..., Path]) -> None:
    asked = 'check["canary"].verdict == "no_evidence" && data.examined == "undisclosed"'
    made = specimen(read_policy(write({"checks": [{"id": "canary", "with": {"name": "ward"}}]}, assert_=asked)))
    assert (made["check"]["canary"]["verdict"], made["data"]["examined"]) == ("no_evidence", "undisclosed")


@pytest.mark.parametrize("check", sorted(RESULT_TYPES))
def test_each_check_has_a_specimen(write: Callable[..., Path], check: str) -> None:
    needs = {
        "static-benchmark": {"benchmark": "starter-200"},
        "static-fresh-gap": {"benchmark": "starter-200"},
        "corpus-scan": {"benchmarks": ["starter-200"]},
        "paired-rewrite": {"benchmark": "starter-200", "rewrites": "families"},
        "fresh-reasoning": {"families": ["addition"]},
        "private-set": {"name": "ward", "languages": ["en"]},
        "prefix-completion": {"benchmark": "starter-200", "control": "fresh"},
        "option-recall": {"benchmark": "old.jsonl", "control": "new.jsonl"},
        "canary": {"name": "ward"},
        "date-split": {"benchmark": "starter-200", "cutoff": "2025-02-14"},
        "familiarity": {"benchmark": "starter-200"},
        "concision": {"reads": ["fresh-reasoning"]},
        "cost": {"reads": ["fresh-reasoning"]},
        "order-exchangeability": {"benchmark": "starter-200"},
        "option-order": {"benchmark": "published.jsonl", "control": "control.jsonl"},
    }
    made = specimen(read_policy(write({"checks": [{"id": check, "with": needs.get(check, {})}]})))
    RESULT_TYPES[check].from_document(made["check"][check])
