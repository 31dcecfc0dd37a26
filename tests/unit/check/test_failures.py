"""Answers that the engine could not give: a few count as not right, with many there is no result."""

from __future__ import annotations

import pytest

from certify.check.failures import too_many_failures
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Outcome


def records(failed: int, total: int = 100, check: str = "fresh-reasoning", prompt_tokens: int = 9) -> list[ItemRecord]:
    return [
        ItemRecord(
            completion=Completion(
                check=check,
                item=f"{n:03d}",
                repeat=0,
                seed="1",
                prompt_sha256="ab" * 32,
                text="",
                finish_reason=FinishReason.ERROR if n < failed else FinishReason.STOP,
                token_ids=(),
                prompt_tokens=prompt_tokens if n < failed else 9,
            ),
            outcome=Outcome.ERROR if n < failed else Outcome.CORRECT,
        )
        for n in range(total)
    ]


def test_a_bounded_share_may_fail() -> None:
    assert too_many_failures("fresh-reasoning", records(5), 1000) is None
    found = too_many_failures("fresh-reasoning", records(6), 1000)
    assert found is not None
    assert found.reason == "the engine failed on 6 of 100 answers; 5% may fail"


def test_each_check_is_bounded_by_itself() -> None:
    both = records(0) + records(50, check="logic-puzzles")
    assert too_many_failures("fresh-reasoning", both, 1000) is None
    assert too_many_failures("logic-puzzles", both, 1000) is not None
    assert too_many_failures("cost", both, 1000) is None


@pytest.mark.parametrize("context_length", [None, 40])
def test_a_prompt_beyond_the_context_is_the_models_own_limit(context_length: int | None) -> None:
    assert too_many_failures("fresh-reasoning", records(50, prompt_tokens=40), context_length) is None
