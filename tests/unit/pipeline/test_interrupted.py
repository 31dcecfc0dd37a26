"""A run that stops anywhere is finished by the same command, with the same bytes as one that never stopped."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.engines.journal import Journal
from certify.pipeline.main import outcome_of, run_model, start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify_registry import Registry
from tests.fakes.chain import House, request_for

EVIDENCE = (
    "entropy.json",
    "questions.jsonl",
    "journal.jsonl",
    "records.jsonl",
    "scan-report.json",
    "scan-result.json",
    "dataset.bundle.json",
    "declaration.bundle.json",
    "plan.bundle.json",
    "evaluation.bundle.json",
    "contamination.bundle.json",
    "decision.bundle.json",
    "certificate.bundle.json",
    "certificate.json",
    "rendering.bundle.json",
)


class Crash(BaseException):
    """The machine stops: nothing that handles errors may handle this."""


class Crasher:
    """Counts the moments at which something durable is about to happen or has just happened, and crashes at one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.at: int | None = None
        for owner, name in ((os, "replace"), (Registry, "append"), (Journal, "append")):
            monkeypatch.setattr(owner, name, self.around(getattr(owner, name)))

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            self.tick()
            result = function(*arguments, **named)
            self.tick()
            return result

        return wrapped

    def tick(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.at = None
            raise Crash


@pytest.fixture
def steady(clock, monkeypatch):
    """Nothing is left to chance or to the hour, so that two runs can be compared byte for byte."""
    monkeypatch.setattr("secrets.token_hex", lambda size: "17" * size)


def left_behind(house: House) -> tuple[dict[str, bytes], str]:
    """The evidence of the one finished run of a house, and the log's checkpoint over all that was logged."""
    finished = [folder for folder in house.workspace.runs() if folder.has("outcome.json")]
    assert len(finished) == 1
    with house.workspace.reading() as registry:
        return {name: finished[0].file(name).read_bytes() for name in EVIDENCE}, registry.checkpoint()


def compare(bench: House, root: Path, crasher: Crasher, share: Callable[[int], list[int]]) -> None:
    undisturbed = bench.copied(root / "undisturbed")
    run_model(undisturbed.workspace, request_for(bench), Silent())
    moments = crasher.count
    expected = left_behind(undisturbed)
    assert moments > 50
    for at in share(moments):
        house = bench.copied(root / str(at))
        crasher.count, crasher.at = 0, at
        with pytest.raises(Crash):
            run_model(house.workspace, request_for(bench), Silent())
        assert run_model(house.workspace, request_for(bench), Silent()).verdict == "certified"
        assert left_behind(house) == expected, f"after a crash at moment {at} of {moments}"


def test_a_crash_at_some_moments_changes_no_byte(bench, tmp_path, engine, steady, monkeypatch):
    compare(bench, tmp_path, Crasher(monkeypatch), lambda moments: list(range(3, moments + 1, moments // 9)))


@pytest.mark.slow
def test_a_crash_at_every_moment_changes_no_byte(bench, tmp_path, engine, steady, monkeypatch):
    compare(bench, tmp_path, Crasher(monkeypatch), lambda moments: list(range(1, moments + 1)))


def test_no_answer_is_asked_for_twice(house, engine):
    request = request_for(house)
    for stop in (20, 50, 90):
        engine.dies_after = stop
        with pytest.raises(KeyboardInterrupt):
            run_model(house.workspace, request, Silent())
    engine.dies_after = None
    outcome = run_model(house.workspace, request, Silent())
    assert outcome.verdict == "certified"
    assert len(engine.asked) == len(set(engine.asked)) == 120
    assert len(list(house.workspace.runs())) == 1


@pytest.mark.parametrize("stage", [Stage.PLAN, Stage.CHECK, Stage.DECIDE])
def test_stages_one_by_one_are_the_same_run(stage, house, engine):
    request = request_for(house)
    folder = start_run(house.workspace, request, Silent(), upto=stage)
    before = {path.name: path.read_bytes() for path in folder.path.glob("*.bundle.json")}
    again = start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    assert again.path == folder.path
    assert before
    assert {name: folder.file(name).read_bytes() for name in before} == before
    assert outcome_of(folder).verdict == "certified"
    with house.workspace.reading() as registry:
        assert registry.size == 5


LATER = {
    "rendering.bundle.json": [],
    "records.jsonl": [],
    "questions.jsonl": [],
    "scan-result.json": [],
    "requests.jsonl": [],
    "staged.done": [],
}


@pytest.mark.parametrize("lost", LATER, ids=list(LATER))
def test_a_result_that_was_lost_is_made_again_the_same(lost, house, engine, clock):
    """What follows from the rest may be lost, such as by a restored backup; what was signed may not differ."""
    request = request_for(house)
    folder = start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    kept = {name: folder.file(name).read_bytes() for name in EVIDENCE}
    for name in (lost, *LATER[lost], "outcome.json"):
        folder.file(name).unlink(missing_ok=True)
    start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    assert {name: folder.file(name).read_bytes() for name in EVIDENCE} == kept


def test_a_finished_run_is_not_run_again_but_begun_anew(house, engine):
    request = request_for(house)
    first = run_model(house.workspace, request, Silent())
    second = run_model(house.workspace, request, Silent())
    assert first.run != second.run
    assert len(engine.asked) == 240
