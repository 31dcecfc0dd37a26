"""An auditor follows each conversation again: a turn added, left out or asked otherwise is found."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.audit.recompute import _as_told, _asked_as_planned, _Judged, _judged_again
from certify.check import (
    all_questions,
    all_requests,
    judge,
    judge_in_worker,
    planned_checks,
    planned_sources,
    samples_of,
    score_all,
)
from certify.decide.form import CheckRequest
from certify.engines.backend import Generation, Prompt
from certify.engines.harness import run
from certify.engines.journal import Journal, read_journal
from certify.engines.order import JournalHeader
from certify.engines.replay import ReplayBackend, replay_configuration
from certify.errors import HostileInput
from certify.evidence.answers import FinishReason, ItemRecord
from certify.evidence.model import Sampling
from tests.fakes.scripted_engine import judge_here

SEED = bytes(range(32))
SMALL = {
    "multi-turn": {"levels": [1], "items": 10, "samples": 1, "max_tokens": 64},
    "unseen-tools": {"levels": [1], "items": 12, "samples": 1, "max_tokens": 64},
}


def answered(prompt: Prompt) -> Generation:
    """Numbers for orders, a call for tools: every conversation has several turns."""
    call = '{"tool": "nothing", "args": {}}'
    text = f" {len(prompt.text)}" if prompt.key[0] == "multi-turn" else f" {call}"
    return Generation(prompt.key, text, tuple(text.encode()), FinishReason.STOP, len(prompt.text))


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory):
    checks = planned_checks([CheckRequest.model_validate({"id": name, "with": given}) for name, given in SMALL.items()])
    sources = planned_sources(checks)
    questions = all_questions(checks, sources, SEED)
    requests = all_requests(checks, questions, SEED)
    configuration = replay_configuration(Sampling(temperature=0))
    path = tmp_path_factory.mktemp("run") / "journal.jsonl"
    header = JournalHeader.of("11" * 32, "22" * 32, configuration)
    with Journal.open(path, header) as journal:
        run(ReplayBackend(answered, configuration), journal, requests)
    completions = read_journal(path, header).values()
    records = judge(questions, completions, None, samples=samples_of(checks))
    results = score_all(checks, questions, records, sources).results
    return SimpleNamespace(checks=checks, configuration=configuration), questions, records, results, Path(path)


def test_conversations_through_the_harness_are_followed_again(followed):
    plan, questions, records, results, _ = followed
    assert len(records) == sum(check.items * check.samples for check in plan.checks)
    assert {len(record.turns) for record in records} == {1, 3, 4, 7}  # plans, orders, and calls until the limit
    assert _asked_as_planned(plan, questions, records, SEED)[0]
    assert results["multi-turn"].turns.items == 10
    assert results["unseen-tools"].act.unknown_tool == 1


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_result_from_before_generators_had_versions_is_recomputed_the_same(followed, name: str):
    named = followed[3][name].document()
    told = {key: value for key, value in named.items() if key != "version"}
    assert named["version"] == 1
    assert _as_told(named, told) == told
    assert _as_told(named, named) == _as_told(named, None) == named
    assert _as_told(named | {"version": 2}, told) != told


def test_conversations_are_judged_again_turn_by_turn(followed, monkeypatch: pytest.MonkeyPatch):
    plan, questions, records, _, _ = followed
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    how = _Judged(plan, SimpleNamespace(configuration=plan.configuration), {}, frozenset())
    assert _judged_again(how, questions, records)[0]
    with pytest.raises(HostileInput, match="CERT-E110"):
        _judged_again(how, questions, [records[0].model_copy(update={"answer": "7"}), *records[1:]])


def test_the_worker_that_judges_gives_the_same_records(followed):
    plan, questions, records, _, _ = followed
    said = [turn for record in records for turn in record.turns]
    assert judge_in_worker(questions, said, None, samples=samples_of(plan.checks)) == tuple(records)


def test_a_record_that_is_no_such_conversation_is_found(followed):
    plan, questions, records, _, _ = followed
    place = next(n for n, record in enumerate(records) if record.completion.item.endswith("-turns"))
    record: ItemRecord = records[place]
    first, *others = record.turns
    reworded = others[0].model_copy(update={"prompt_sha256": "0" * 64})
    reseeded = others[0].model_copy(update={"seed": "1"})
    for turns in (
        (first, *others[1:]),
        record.turns[:-1],
        (*record.turns, record.completion),
        (first, reworded, *others[1:]),
        (first, reseeded, *others[1:]),
        (first.model_copy(update={"text": " other"}), *others),
    ):
        forged = record.model_copy(update={"completion": turns[-1], "earlier": tuple(turns[:-1])})
        with pytest.raises(HostileInput, match="CERT-E110"):
            _asked_as_planned(plan, questions, [*records[:place], forged, *records[place + 1 :]], SEED)
