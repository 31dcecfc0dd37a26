"""Texts that a model goes on with, through the harness in style chat: the prompts are followed again by an audit."""

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.audit.recompute import _asked_as_planned
from certify.check import all_questions, all_requests, judge, planned_checks, planned_sources, samples_of, score_all
from certify.decide.form import CheckRequest
from certify.engines.backend import Generation, Prompt
from certify.engines.harness import run
from certify.engines.journal import Journal, read_journal
from certify.engines.order import JournalHeader
from certify.engines.replay import ReplayBackend, replay_configuration
from certify.errors import HostileInput
from certify.evidence.answers import FinishReason
from certify.evidence.model import Sampling
from certify.evidence.results.detection import DetectionVerdict

SEED = bytes(range(32))
GIVEN = {"benchmark": "starter-200", "control": "fresh", "power_against": 0.5}


def test_what_a_model_went_on_with_is_followed_again_in_any_prompt_style(tmp_path: Path) -> None:
    checks = planned_checks([CheckRequest.model_validate({"id": "prefix-completion", "with": GIVEN})])
    sources = planned_sources(checks)
    questions = all_questions(checks, sources, SEED)
    requests = all_requests(checks, questions, SEED)
    golds = {question.item: question.gold for question in questions}
    configuration = replay_configuration(Sampling(temperature=0)).model_copy(update={"prompt_style": "chat"})
    header = JournalHeader.of("11" * 32, "22" * 32, configuration)

    def answered(prompt: Prompt) -> Generation:
        assert prompt.continued
        assert prompt.text.startswith("Question: ")
        text = golds[prompt.key[1]] if prompt.key[1].startswith("published") else ""
        return Generation(prompt.key, text, (1,), FinishReason.STOP, len(prompt.text))

    with Journal.open(tmp_path / "journal.jsonl", header) as journal:
        run(ReplayBackend(answered, configuration), journal, requests)
    completions = read_journal(tmp_path / "journal.jsonl", header).values()
    records = judge(questions, completions, None, samples=samples_of(checks))
    plan = SimpleNamespace(checks=checks, configuration=configuration)
    assert _asked_as_planned(plan, questions, records, SEED)[0]  # type: ignore[arg-type]
    result = score_all(checks, questions, records, sources).results["prefix-completion"]
    assert result.verdict is DetectionVerdict.DETECTED  # type: ignore[attr-defined]
    other = records[0].completion.model_copy(update={"prompt_sha256": "0" * 64})
    with pytest.raises(HostileInput, match="answers another prompt than was planned"):
        _asked_as_planned(plan, questions, [records[0].model_copy(update={"completion": other})], SEED)  # type: ignore[arg-type]
