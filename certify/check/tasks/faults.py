"""How often a task's scorer failed, and when a check has no number for it."""

from __future__ import annotations

from collections import Counter

from certify.check.base import Answers

RAISED, LATE, BETWEEN = "scorerRaised", "scorerLate", "scoreBetween"
"""Marks of answers that a scorer failed on: it raised, it did not end in time, it gave neither 0 nor 1."""

MOST_FAILED = 0.05
"""Share of answers that a scorer may fail on; they count as wrong."""


def scorer_fault(check: str, answers: Answers) -> str | None:
    """Why the answers of a check give no number; None where their scorer did its work, as all but tasks do."""
    own = [record for record in answers.records if record.completion.check == check]
    marks = Counter(mark for record in own for mark in record.marks or {})
    if marks[BETWEEN]:
        return f"the task's metric gave neither 0 nor 1 to {marks[BETWEEN]} answers: no interval is known for fractions"
    failed = marks[RAISED] + marks[LATE]
    if failed > MOST_FAILED * len(own):
        raised, late = marks[RAISED], marks[LATE]
        return (
            f"the task's scorer failed on {failed} of {len(own)} answers: {raised} times it raised, {late} it was late"
        )
    return None
