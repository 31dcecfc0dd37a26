"""Every check in one policy: a real model answers on the CPU, one evaluation is signed, and an audit agrees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.check.canary_files import CanaryKey
from certify.check.rounds import CHECKS
from certify.demo.corpus import write_honest_corpus
from certify.evidence.evaluation import Evaluation
from certify.evidence.instances import kind_of
from certify.evidence.results.canaries import CanaryKind
from certify.trust.bundle import parse_bundle, statement_of
from tests.journey.conftest import DEMO_MODELS, ROOT, Ended, Step

SMALL: dict[str, dict[str, Any]] = {
    "multi-turn": {"levels": [1], "items": 10, "samples": 1, "max_tokens": 48},
    "unseen-tools": {"levels": [1], "items": 12, "samples": 1, "max_tokens": 48},
    "logic-puzzles": {"families": ["grid"], "levels": [1], "per_level": 12, "samples": 1, "max_tokens": 48},
    "long-chain": {"lengths": [2], "arms": ["dense"], "per_length": 10, "samples": 1, "max_tokens": 48},
    "capability-profile": {"given": 20, "without": 10, "hops": [1, 2], "people": 5, "samples": 1, "max_tokens": 48},
    "private-set": {"name": "ward", "languages": ["en"], "max_tokens": 48},
    "prefix-completion": {"benchmark": "starter-200", "control": "fresh", "power_against": 0.5, "max_tokens": 48},
    "option-recall": {
        "benchmark": "old-exam.jsonl",
        "control": "new-exam.jsonl",
        "control_released": "2026-08",
        "power_against": 0.9,
        "max_tokens": 16,
    },
    "canary": {"name": "ward"},
    "static-benchmark:dated": {"benchmark": "dated.jsonl", "max_tokens": 48},
    "date-split:dated": {"benchmark": "dated.jsonl", "cutoff": "2025-02-14"},
    "familiarity": {"benchmark": "dated.jsonl", "control": "held.jsonl", "neighbours": 2},
    "concision": {"reads": ["fresh-reasoning"]},
    "option-order": {"benchmark": "published.jsonl", "control": "control.jsonl", "shuffles": 3, "draws": 499},
    "order-exchangeability": {"benchmark": "starter-200", "shard_items": 3, "shuffles": 5, "shards": 40, "draws": 999},
    "paired-rewrite": {
        "benchmark": "starter-200",
        "rewrites": "families",
        "items": 60,
        "isomorphs": 1,
        "samples": 1,
        "power_against": 0.2,
        "max_tokens": 48,
    },
}
"""Checks beside those of the starter policy, small enough for a CPU."""
ASKS_NOTHING = (
    "corpus-scan", "concision", "cost", "date-split", "familiarity", "order-exchangeability", "option-order"
)  # fmt: skip
ASKS_NOTHING = ("corpus-scan", "concision", "cost", "date-split", "familiarity")


def write_policy(folder: Path) -> Path:
    """The starter policy with every check there is."""
    shutil.copytree(ROOT / "policies" / "starter", folder)
    document = yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8"))
    document["checks"] += [{"id": name, "with": with_} for name, with_ in SMALL.items()]
    asking = [check["id"] for check in document["checks"] if kind_of(check["id"]) not in ASKS_NOTHING]
    document["checks"].append({"id": "cost", "with": {"reads": asking}})
    (folder / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return folder


def write_private_set(folder: Path) -> None:
    folder.mkdir()
    rows = [
        {"question": f"Ward {n} has {n} beds on each of 2 floors. How many beds?", "answer": 2 * n} for n in range(12)
    ]
    key = CanaryKey.of(CanaryKind.CANARY, bytes(32), 10)
    (folder / "ward.canaries.json").write_bytes(key.to_bytes())
    (folder / "ward.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_choices(folder: Path, name: str, first: int) -> None:
    """Multiple choice, a hundred items of numbers from the first on."""
    rows = [
        {"question": f"What is {n} + 1?", "choices": [str(n + 1), str(n + 9), str(n - 3), str(n + 4)], "answer": "A"}
        for n in range(first, first + 100)
    ]
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_exams(folder: Path) -> None:
    for name, count in (("old", 15), ("new", 100)):
        rows = [
            {
                "question": f"What stands in room {number} of the {name} house?",
                "choices": ["amber chairs stand here", "three basil plants grow", "someone sleeps on cedar"],
                "answer": 0,
            }
            for number in range(count)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}-exam.jsonl").write_text(text, encoding="utf-8")


def write_dated(file: Path, start: int) -> None:
    rows = [
        {"question": f"What is {n} + {n}?", "answer": 2 * n, "date": f"202{4 + n % 2}-05-06", "id": n}
        for n in range(start, start + 24)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.mark.slow
def test_every_check_in_one_policy(reader: Callable[[Step], Ended], tmp_path: Path) -> None:
    write_policy(tmp_path / "everything")
    write_private_set(tmp_path / "private-sets")
    write_exams(tmp_path)
    write_dated(tmp_path / "dated.jsonl", 0)
    write_dated(tmp_path / "held.jsonl", 100)
    write_honest_corpus(tmp_path / "corpus")
    write_choices(tmp_path, "published.jsonl", 100)
    write_choices(tmp_path, "control.jsonl", 500)
    model = DEMO_MODELS / "honest"
    told = reader(Step(f"certify run {model} --policy everything --data corpus --data-complete", 0))
    runs = list((tmp_path / ".certify" / "runs").iterdir())
    assert len(runs) == 1
    bundle = parse_bundle((runs[0] / "evaluation.bundle.json").read_bytes(), name="evaluation")
    evaluation = Evaluation.from_document(statement_of(bundle).predicate)
    assert evaluation.not_run == ()
    assert {kind_of(check) for check in evaluation.checks} == set(CHECKS)
    assert "CERTIFIED" in told.out
    audited = reader(Step(f"certify --home .certify audit {runs[0] / 'certificate.pdf'} --data corpus", 0))
    assert "AGREES" in audited.out
