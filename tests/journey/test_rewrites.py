"""Items of a benchmark against rewrites of them, on both demo models: one was taught the items, the other was not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.journey.conftest import DEMO_MODELS, Ended, Step

POLICY = {
    "id": "rewriting",
    "version": "1.0.0",
    "title": "Published items are not answered better than rewrites of them",
    "description": "One test of contamination.",
    "checks": [
        {
            "id": "paired-rewrite",
            "with": {
                "benchmark": "starter-200",
                "rewrites": "families",
                "isomorphs": 1,
                "samples": 1,
                "power_against": 0.15,
            },
        }
    ],
    "rules": [
        {
            "id": "RW-01",
            "title": "Nothing was detected where it would have been noticed",
            "assert": 'check["paired-rewrite"].verdict == "no_evidence"',
            "refute": 'check["paired-rewrite"].verdict == "detected"',
            "severity": "high",
            "enforcement": "must",
            "message": '{check["paired-rewrite"].verdict}',
            "remedy": "Look at the training data.",
            "examples": {
                "pass": {},
                "fail": {"check": {"paired-rewrite": {"verdict": "detected"}}},
                "inconclusive": {"check": {"paired-rewrite": {"verdict": "insufficient"}}},
                "missing": {"check": {"paired-rewrite": None}},
            },
        }
    ],
}


@pytest.mark.slow  # two runs of a real model
@pytest.mark.parametrize(
    ("model", "status", "word"), [("honest", 0, "no evidence in 1 test"), ("benchmaxxed", 1, "detected in 1 test")]
)
def test_the_taught_model_is_detected_and_the_other_is_not(
    reader: Callable[[Step], Ended], tmp_path: Path, model: str, status: int, word: str
) -> None:
    folder = tmp_path / "rewriting"
    folder.mkdir()
    (folder / "policy.yaml").write_text(yaml.safe_dump(POLICY, sort_keys=False), encoding="utf-8")
    example = json.loads(reader(Step("certify policy example rewriting", 0)).out)
    example["check"]["paired-rewrite"]["verdict"] = "no_evidence"
    (folder / "examples" / "pass").mkdir(parents=True)
    (folder / "examples" / "pass" / "evidence.json").write_text(json.dumps(example), encoding="utf-8")
    told = reader(Step(f"certify run {DEMO_MODELS / model} --policy rewriting", status)).out
    assert word in " ".join(told.split())
