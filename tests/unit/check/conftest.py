import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from certify.check import Sources, planned_checks, planned_sources
from certify.check.canary_files import CanaryKey
from certify.check.families import FAMILIES, generate_items
from certify.decide.form import CheckRequest
from certify.evidence.answers import Completion, FinishReason, Question
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.canaries import CanaryKind

SEED = bytes(range(32))
WITHOUT_BENCHMARK = (
    "fresh-reasoning",
    "logic-puzzles",
    "long-chain",
    "multi-turn",
    "unseen-tools",
    "concision",
    "cost",
    "capability-profile",
)
"""Checks that name no benchmark."""


def item_rows(per_family: int = 3) -> list[dict[str, Any]]:
    problems = [
        problem for family in FAMILIES for problem in generate_items(SEED, family, 1, per_family, purpose="test-static")
    ]
    return [{"id": f"p-{number:03d}", **vars(problem)} for number, problem in enumerate(problems)]


@pytest.fixture
def benchmark_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in item_rows()))
    return path


@pytest.fixture
def plan(
    benchmark_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[tuple[PlannedCheck, ...], Sources]]:
    """Plans the named checks with parameters; the benchmark is the tiny one unless named."""
    monkeypatch.setenv("CERTIFY_PRIVATE_SETS", str(benchmark_file.parent))

    def make(**checks: dict[str, Any]) -> tuple[tuple[PlannedCheck, ...], Sources]:
        requests = []
        for name, given in checks.items():
            identifier = name.replace("_", "-")
            extra = {} if identifier in WITHOUT_BENCHMARK else {"benchmark": str(benchmark_file)}
            if identifier == "private-set":
                (benchmark_file.parent / "own.jsonl").write_bytes(benchmark_file.read_bytes())
                extra = {"name": "own", "languages": ["en"]}
            if identifier == "canary":
                key = CanaryKey.of(CanaryKind.DYE, SEED, 12)
                (benchmark_file.parent / "own.canaries.json").write_bytes(key.to_bytes())
                extra = {"name": "own"}
            extra = {"benchmarks": [str(benchmark_file)]} if identifier == "corpus-scan" else extra
            requests.append(CheckRequest.model_validate({"id": identifier, "with": {**extra, **given}}))
        planned = planned_checks(requests)
        return planned, planned_sources(planned)

    return make


def completion(question: Question, text: str, repeat: int = 0, **changes: Any) -> Completion:
    fields: dict[str, Any] = {
        "check": question.check,
        "item": question.item,
        "repeat": repeat,
        "seed": "1",
        "prompt_sha256": "0" * 64,
        "text": text,
        "finish_reason": FinishReason.STOP,
        "token_ids": (1, 2, 3),
        "prompt_tokens": 5,
    }
    return Completion(**{**fields, **changes})


@pytest.fixture
def complete() -> Callable[..., Completion]:
    return completion


@pytest.fixture
def answer_all() -> Callable[..., list[Completion]]:
    """Completions of a fake model: ``right`` says which questions it gets right."""

    def make(
        questions: Sequence[Question], samples: dict[str, int], right: Callable[[Question, int], bool]
    ) -> list[Completion]:
        return [
            completion(question, f" <think>hm</think> {question.gold if right(question, repeat) else 'wrong'}", repeat)
            for question in questions
            for repeat in range(samples[question.check])
        ]

    return make
