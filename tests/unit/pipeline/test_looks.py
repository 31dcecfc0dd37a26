"""Runs that stop early: what is logged in between, what a kill between looks leaves, what verification refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from certify.audit.audit import audit_certificate
from certify.engines.journal import Journal, read_journal
from certify.evidence import statement as kinds
from certify.evidence.looks import Interim
from certify.pipeline.case import read_case
from certify.pipeline.main import run_model, start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.trust.bundle import parse_bundle, statement_of
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from certify_registry import Registry
from tests.fakes.chain import answer_as_witnesses, chain_of, request_for, scripted
from tests.fakes.scripted_engine import ScriptedEngine, judge_here, right

from .test_interrupted import Crash, Crasher, left_behind
from .test_runs import evaluation_of


def with_looks(house, looks=3, items=150):
    """A request whose fresh problems may stop early; the threshold is that of the starter policy."""
    request = request_for(house)
    file = Path(request.policy) / "policy.yaml"
    document = yaml.safe_load(file.read_text())
    for check in document["checks"]:
        if check["id"] == "fresh-reasoning":
            check["with"].update(items=items, looks=looks, threshold=0.75)
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return request


def three_quarters(request, gold):
    """Right three times in four on fresh problems."""
    return right(request, gold) if request.check != "fresh-reasoning" or int(request.item[-3:]) % 4 else " 99999999\n"


def improving(request, gold):
    """Four of five right among the first twenty of a family, everything after them."""
    wrong = request.check == "fresh-reasoning" and int(request.item[-5:]) % 6 == 0 and int(request.item[-5:]) < 20
    return " 99999999\n" if wrong else right(request, gold)


def carried(house, say, **how):
    engine = ScriptedEngine(say)
    request = with_looks(house, **how)
    with scripted(engine, drawn=False):
        folder = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
        answer_as_witnesses(house, folder)
        start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    return request, folder, engine


def interims_of(folder):
    found = sorted(folder.path.glob("interim-*.bundle.json"))
    return [Interim.from_document(statement_of(parse_bundle(path.read_bytes())).predicate) for path in found]


def test_a_good_model_is_certified_after_the_first_look(production):
    request, folder, engine = carried(production, right)
    evaluation = evaluation_of(folder)
    fresh = evaluation.results()["fresh-reasoning"]
    assert [look.items for look in fresh.looks] == [fresh.accuracy.items]
    assert sum(key[0] == "fresh-reasoning" for key in engine.asked) == fresh.accuracy.items <= 0.35 * 150
    assert evaluation.journal.questions - evaluation.journal.records == 150 - fresh.accuracy.items
    assert interims_of(folder) == []
    chain = chain_of(production, request, folder)
    found = verify_certificate(chain.bundle, trust=chain.trust, expectations=Expectations(at=chain.at))
    assert not [line for line in found.checks if line.result == "fail"]
    headline = next(line for line in chain.certificate.headlines if "Fresh" in line.name)
    assert "stopped early at look 1 of 3" in headline.detail


def test_every_look_before_the_last_is_logged_before_more_is_asked(production, monkeypatch):
    order = []
    for owner, name, said in ((Journal, "append", "answers"), (Registry, "append", "logged")):
        real = getattr(owner, name)

        def told(*arguments, _real=real, _said=said, **named):
            kind = statement_of(parse_bundle(arguments[1])).predicate_type if _said == "logged" else ""
            order.append(kinds.SHORT_NAMES.get(kind, "answers"))
            return _real(*arguments, **named)

        monkeypatch.setattr(owner, name, told)
    request, folder, _ = carried(production, improving)
    looks = evaluation_of(folder).results()["fresh-reasoning"].looks
    assert len(looks) > 1
    steps = [step for step, before in zip(order, [None, *order], strict=False) if step != before]
    assert steps[:5] == ["plan", "answers", "interim", "answers", "interim" if len(looks) > 2 else "evaluation"]
    assert [one.round for one in interims_of(folder)] == list(range(1, len(looks)))
    assert [one.checks["fresh-reasoning"] for one in interims_of(folder)] == list(looks[:-1])
    chain = chain_of(production, request, folder)
    found = verify_certificate(chain.bundle, trust=chain.trust, expectations=Expectations(at=chain.at))
    assert not [line for line in found.checks if line.result == "fail"]
    case = read_case(folder.file("decision.bundle.json"), folder.name, production.workspace.trust)
    assert case.evidence is not None
    assert len(case.evidence.interims) == len(looks) - 1, "an approver is shown every look"
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    audit = audit_certificate(chain.bundle, trust=chain.trust, pack=folder.path, at=chain.at)
    assert audit.agrees
    assert "looks" in [line.id for line in audit.checks]


def test_an_undecided_model_is_asked_everything(house):
    _, folder, engine = carried(house, three_quarters)
    looks = evaluation_of(folder).results()["fresh-reasoning"].looks
    assert [look.items for look in looks] == [52, 102, 150]
    assert sum(key[0] == "fresh-reasoning" for key in engine.asked) == 150
    assert len(interims_of(folder)) == 2


@pytest.fixture
def steady(clock, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda size: "17" * size)


@pytest.mark.slow  # a dozen crashes of a whole run
def test_stopped_anywhere_it_ends_with_the_same_bytes(bench, tmp_path, monkeypatch, steady):
    crasher, request = Crasher(monkeypatch), with_looks(bench)
    whole = bench.copied(tmp_path / "whole")
    with scripted(ScriptedEngine(improving), drawn=False):
        run_model(whole.workspace, request, Silent())
    moments, expected = crasher.count, left_behind(whole)
    assert any(map(interims_of, whole.workspace.runs()))
    for at in range(3, moments + 1, moments // 12):
        house, engine = bench.copied(tmp_path / str(at)), ScriptedEngine(improving)
        crasher.count, crasher.at = 0, at
        with scripted(engine, drawn=False):
            with pytest.raises(Crash):
                run_model(house.workspace, request, Silent())
            held = {key for path in house.workspace.home.glob("runs/*/journal.jsonl") for key in read_journal(path)}
            asked = len(engine.asked)
            assert run_model(house.workspace, request, Silent()).verdict == "certified"
        assert not held & set(engine.asked[asked:]), "a committed answer was asked for again"
        assert left_behind(house) == expected, f"after a crash at moment {at} of {moments}"


class Notes(Silent):
    """Keeps what is worth knowing."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def note(self, text: str) -> None:
        self.kept.append(text)


def test_why_an_engine_gave_no_answer_is_told(house):
    engine, notes = ScriptedEngine(right), Notes()
    engine.failures = {"the answer took too long": 2}
    with scripted(engine):
        start_run(house.workspace, request_for(house), notes, upto=Stage.ISSUE)
    assert "no answer to 2 questions: the answer took too long" in notes.kept
