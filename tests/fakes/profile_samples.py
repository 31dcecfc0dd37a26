"""Capability profiles, as a fake model earns them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from certify.evidence.answers import Question
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.profile import CapabilityProfileResult
from tests.fakes.ladder_samples import earned

SMALL: dict[str, Any] = {"given": 60, "without": 20, "hops": [1, 2, 3], "people": 12, "samples": 1}


def profile(says: Callable[[Question], str], **given: Any) -> tuple[PlannedCheck, CapabilityProfileResult]:
    """A planned profile, and its result where a model says this to each question."""
    planned, result = earned("capability-profile", {**SMALL, **given}, says)
    assert isinstance(result, CapabilityProfileResult)
    return planned, result


@cache
def reasoner() -> tuple[PlannedCheck, CapabilityProfileResult]:
    """Reads every fact, and names something wherever it cannot know."""
    return profile(lambda question: question.gold if question.pair is None else "Nobodi")


def recaller(facts: str, **given: Any) -> tuple[PlannedCheck, CapabilityProfileResult]:
    """Right on facts given, and honest that it recalls none of a file."""

    def says(question: Question) -> str:
        return "unknown" if question.group.startswith("recalled") else question.gold

    return profile(says, benchmark=facts, **given)
