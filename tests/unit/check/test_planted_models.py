"""The demo's two models before the checks that look for items known by heart: one was taught the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from certify.check import all_questions, all_requests, judge, planned_checks, planned_sources, samples_of, score_all
from certify.decide.form import CheckRequest
from certify.engines.backend import Generation, Prompt, open_backend
from certify.engines.order import DescribeOrder, JournalHeader, WorkOrder
from certify.evidence.answers import Completion
from certify.evidence.base import Value
from certify.evidence.model import Sampling
from certify.evidence.results import PrefixCompletionResult
from certify.evidence.results.detection import DetectionVerdict

MODELS = Path(__file__).parents[3] / "certify" / "demo" / "models"
SEED = bytes(range(32))
BEHIND = {"benchmark": "starter-200", "control": "fresh", "before": "Question: ", "power_against": 0.5}

pytest.importorskip("torch", reason="the hf engine is not installed")


def asked(model: str, check: str, given: dict[str, Any]) -> Value:
    """The result of one check of a demo model on the hf engine, greedy."""
    planned = planned_checks([CheckRequest.model_validate({"id": check, "with": given})])
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    order = DescribeOrder(model=str(MODELS / model), engine="hf", sampling=Sampling(temperature=0), threads=1)
    configuration = open_backend(order).configuration
    header = JournalHeader.of("0" * 64, "0" * 64, configuration)
    work = WorkOrder(
        model=order.model,
        configuration=configuration,
        requests="",
        journal="",
        header=header,
        batch_size=64,
        threads=1,
    )
    found = list[Generation]()
    requests = all_requests(planned, questions, SEED)
    prompts = [Prompt(one.key, one.text, one.seed, one.max_tokens, continued=True) for one in requests]
    open_backend(work).generate(prompts, frozenset(), found.extend)
    answers = [answer_of(one) for one in found]
    records = judge(questions, answers, configuration.reasoning, samples=samples_of(planned))
    return score_all(planned, questions, records, sources).results[check]


def answer_of(one: Generation) -> Completion:
    check, item, repeat = one.key[:3]
    return Completion(
        check=check,
        item=item,
        repeat=repeat,
        seed="1",
        prompt_sha256="0" * 64,
        text=one.text,
        finish_reason=one.finish_reason,
        token_ids=one.token_ids,
        prompt_tokens=one.prompt_tokens,
    )


@pytest.mark.slow  # two models answer 528 questions: half a minute of one processor
@pytest.mark.parametrize(
    ("model", "detected"), [("benchmaxxed", True), ("honest", False)], ids=["taught the test", "honest"]
)
def test_a_model_that_was_taught_the_test_completes_published_problems(model: str, detected: bool) -> None:
    result = asked(model, "prefix-completion", BEHIND)
    assert isinstance(result, PrefixCompletionResult)
    assert (result.verdict is DetectionVerdict.DETECTED) is detected
    assert detected or result.verdict is DetectionVerdict.NO_EVIDENCE
