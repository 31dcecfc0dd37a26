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
from certify.statistics.stream import Stream

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
    dates = ("2024-05-06", "2026-01", "2025")
    return [
        {"id": f"p-{number:03d}", "released": dates[number % 3], **vars(problem)}
        for number, problem in enumerate(problems)
    ]


SPOKEN = ("amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "heron", "ivory", "jetty", "kiosk", "lemon")


def spoken(side: str, number: int, count: int) -> str:
    """Words that belong to this item alone, for texts that only who has read them can know."""
    stream = Stream(SEED, f"spoken/{side}/{number}")
    return " ".join(stream.choice(SPOKEN) for _ in range(count))


def choice_rows(side: str, count: int) -> list[dict[str, Any]]:
    """Multiple-choice questions whose every choice is of words that no other choice has."""
    rows = []
    for number in range(count):
        choices = [" ".join(f"{word}{letter}" for word in spoken(side, number, 4).split()) for letter in "wxyz"]
        rows.append({"question": f"What is item {number} of {side}?", "choices": choices, "answer": number % 4})
    return rows


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def compared(folder: Path, published: Sequence[dict[str, Any]], newer: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Parameters of a check that holds published items against newer ones."""
    paths = {
        "benchmark": write_rows(folder / "old.jsonl", published),
        "control": write_rows(folder / "new.jsonl", newer),
    }
    return {**paths, "control_released": "2026-08"}


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
            if identifier == "option-recall":
                extra = compared(benchmark_file.parent, choice_rows("old", 30), choice_rows("new", 100))
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
