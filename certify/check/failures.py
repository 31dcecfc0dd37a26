"""Answers that the engine could not give: a few count as not right, and with many a check has no result."""

from __future__ import annotations

from collections.abc import Sequence

from certify.evidence.answers import ItemRecord, Outcome
from certify.evidence.evaluation import NotRun

MOST_FAILURES = 0.05
"""Share of a check's answers that the engine may fail on; with more, the result would be about the engine."""


def too_many_failures(check: str, records: Sequence[ItemRecord], context_length: int | None) -> NotRun | None:
    """Why a check has no result, where its engine failed on more than :data:`MOST_FAILURES` of the answers.

    A prompt that does not fit into the model is the model's own limit, and no failure of the engine.

    Args:
        check: its id.
        records: every judged answer of the run.
        context_length: most tokens the model reads; None where nothing is to be bounded.
    """
    if context_length is None:
        return None
    own = [record for record in records if record.completion.check == check]
    failed = sum(record.outcome is Outcome.ERROR and record.completion.prompt_tokens < context_length for record in own)
    if failed <= MOST_FAILURES * len(own):
        return None
    if failed == len(own) and all(record.completion.logprobs is not None for record in own):
        return NotRun(check=check, reason=f"the engine told no log-probability of any of the {failed} given texts")
    return NotRun(
        check=check, reason=f"the engine failed on {failed} of {len(own)} answers; {MOST_FAILURES:.0%} may fail"
    )
