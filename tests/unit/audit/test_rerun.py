"""A sample asked again, with the engine scripted: what the model at hand says is up to the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.audit.audit import Audit
from certify.audit.rerun import HowToRerun
from certify.engines.journal import Journal
from certify.engines.order import Described, WorkOrder, read_requests
from certify.evidence.answers import Question, Request
from tests.fakes.chain import Chain
from tests.fakes.scripted_engine import DESCRIBED, completion, judge_here

Run = Callable[..., Audit]
SEED = bytes(range(32))


@pytest.fixture
def run(audit: Run, chain: Chain, pack: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Audits with a rerun of twelve questions, answered by ``say(gold)``."""
    golds = {
        (one.check, one.item): one.gold
        for one in (Question.from_bytes(line) for line in (pack / "questions.jsonl").read_bytes().splitlines())
    }

    def again(say: Callable[[str], str], described: Described = DESCRIBED, **how: object) -> Audit:
        def answer(order: WorkOrder, **_: object) -> None:
            with Journal.open(Path(order.journal), order.header) as journal:
                asked: list[Request] = read_requests(Path(order.requests))
                journal.append([completion(one, say(golds[one.check, one.item])) for one in asked])

        monkeypatch.setattr("certify.audit.rerun.answer", answer)
        monkeypatch.setattr("certify.audit.rerun.describe", lambda *_, **__: described)
        monkeypatch.setattr("certify.audit.rerun.judge_in_worker", judge_here)
        named = {"model": chain.request.model, "items": 12, "seed": SEED, **how}
        return audit(again=HowToRerun(**named))  # type: ignore[arg-type]

    return again


def line_of(found: Audit) -> tuple[str, str, str | None]:
    [line] = [line for line in found.checks if line.id == "rerun"]
    return line.result, line.detail, line.code


def test_a_model_that_gives_the_signed_answers_agrees(run: Run) -> None:
    found = run(lambda gold: f" {gold}\n")
    assert found.agrees
    assert found.rerun is not None
    assert (found.rerun.items, found.rerun.same_text, found.rerun.same_outcome) == (12, 12, 12)
    assert found.rerun.agreement_lower == 0.7353
    assert found.rerun.seed == SEED.hex()
    assert found.rerun == run(lambda gold: f" {gold}\n").rerun


def test_answers_in_other_words_agree_in_outcome(run: Run) -> None:
    found = run(lambda gold: f"  {gold}  \n")
    assert found.agrees
    assert found.rerun is not None
    assert (found.rerun.same_text, found.rerun.same_outcome, found.rerun.p_value) == (0, 12, 1.0)


def test_a_model_that_cannot_give_the_signed_answers_is_told(run: Run) -> None:
    found = run(lambda gold: " 99999999\n")
    assert not found.agrees
    result, detail, code = line_of(found)
    assert (result, code) == ("fail", "CERT-E110")
    assert "counts 12 of 12 sampled answers as right; the model at hand gave 0" in detail


def test_another_model_is_not_run(run: Run, chain: Chain, tmp_path: Path) -> None:
    other = shutil.copytree(chain.request.model, tmp_path / "other")
    (other / "generation_config.json").write_text('{"temperature": 0.5}')
    result, _detail, code = line_of(run(lambda gold: gold, model=other))
    assert (result, code) == ("fail", "CERT-E097")


@pytest.mark.parametrize("items", [9, 10_000])
def test_a_sample_that_says_nothing_or_is_not_there_is_refused(run: Run, items: int) -> None:
    result, detail, code = line_of(run(lambda gold: gold, items=items))
    assert (result, code) == ("fail", "CERT-E149")
    assert "name a number" not in detail


def test_another_configuration_is_no_rerun_and_another_engine_build_is_named(run: Run) -> None:
    tested = DESCRIBED.configuration
    hotter = tested.model_copy(update={"sampling": tested.sampling.model_copy(update={"temperature": 1.0})})
    _, detail, code = line_of(run(lambda gold: gold, DESCRIBED.model_copy(update={"configuration": hotter})))
    assert code == "CERT-E149"
    assert "sampling differ" in detail
    newer = tested.model_copy(update={"engine_version": "replay 9"})
    found = run(lambda gold: f" {gold}\n", DESCRIBED.model_copy(update={"configuration": newer}))
    assert found.rerun is not None
    assert found.rerun.differing == ("engine_version",)
    assert "otherwise here: engine_version" in line_of(found)[1]
