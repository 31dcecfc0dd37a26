"""Results of the checks with a ladder, as a fake model earns them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.decide.form import CheckRequest
from certify.evidence.answers import Completion, FinishReason, Question
from certify.evidence.base import Value
from certify.evidence.plan import PlannedCheck

SEED = bytes(32)
PUZZLES: dict[str, Any] = {"families": ["grid", "ordering"], "levels": [1, 2], "per_level": 10, "samples": 2}
CHAIN: dict[str, Any] = {"lengths": [2, 4, 8], "arms": ["dense", "diluted"], "per_length": 10, "samples": 2}


def earned(check: str, given: dict[str, Any], says: Callable[[Question], str]) -> tuple[PlannedCheck, Value]:
    """A planned check, and its result where a model says this to each question."""
    return earned_by_repeat(check, given, lambda question, repeat: says(question))


def earned_by_repeat(
    check: str, given: dict[str, Any], says: Callable[[Question, int], str]
) -> tuple[PlannedCheck, Value]:
    """The same where it may say something else each time."""
    planned = planned_checks([CheckRequest.model_validate({"id": check, "with": given})])
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    completions = [
        Completion(
            check=question.check,
            item=question.item,
            repeat=repeat,
            seed="1",
            prompt_sha256="0" * 64,
            text=f" {says(question, repeat)}",
            finish_reason=FinishReason.STOP,
            token_ids=(1, 2, 3),
            prompt_tokens=5,
        )
        for question in questions
        for repeat in range(planned[0].samples)
    ]
    records = judge(questions, completions, None, samples=samples_of(planned))
    return planned[0], score_all(planned, questions, records, sources).results[check]


@cache
def puzzles_held_to(level: int) -> tuple[PlannedCheck, Value]:
    """Every puzzle right up to a level, none beyond."""
    return earned("logic-puzzles", PUZZLES, lambda q: q.gold if int(q.group.split("/")[1]) <= level else "no")


@cache
def chain_held_to(length: int, cap: int | None = None) -> tuple[PlannedCheck, Value]:
    """Every dense chain right up to a length, none beyond, and every diluted one."""

    def says(question: Question) -> str:
        arm, steps = question.group.split("/")
        return question.gold if arm == "diluted" or int(steps) <= length else "97"

    return earned("long-chain", {**CHAIN, "max_tokens": cap}, says)
