"""A machine that cannot draw the public problems is told so before a plan is logged: no attempt is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from certify.check.public import PublicItem, drawing
from certify.errors import CertifyError
from certify.pipeline.main import start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import RunRequest, Stage
from tests.fakes.chain import House, request_for
from tests.fakes.scripted_engine import ScriptedEngine

GOLDEN = Path(__file__).parents[1] / "check" / "public" / "golden.json"
NAMED = ("chain_sum", "dice")


def request_with_public(house: House, public: object) -> RunRequest:
    """A run that asks public families beside its own."""
    request = request_for(house)
    path = Path(request.policy) / "policy.yaml"
    document = yaml.safe_load(path.read_text())
    [fresh] = [check for check in document["checks"] if check["id"] == "fresh-reasoning"]
    fresh["with"] |= {"public_families": public, "public_items": 50}
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return request


def installed(monkeypatch: pytest.MonkeyPatch, found: str | None) -> None:
    def version(name: str) -> str:
        if found is None:
            raise drawing.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(drawing, "version", version)


def makes(monkeypatch: pytest.MonkeyPatch, family: str | None) -> list[list[str]]:
    """A library that makes the known problems, but for one word in one of a family's; gives what was asked of it."""
    known = json.loads(GOLDEN.read_text())
    asked = []

    def run(orders, *_):
        asked.append([one.family for one in orders if one.count])
        made = []
        for order in orders:
            items = [PublicItem(*item) for item in known[order.family]][: order.count]
            if order.family == family and items:
                items[-1] = items[-1]._replace(question=items[-1].question + " please")
            made.append(tuple(items))
        return made

    monkeypatch.setattr(drawing, "_run", run)
    return asked


def refused(house: House, request: RunRequest, engine: ScriptedEngine) -> CertifyError:
    """Why a run is refused; nothing is logged, nothing is asked, and the engine is not even described."""
    with house.workspace.reading() as registry:
        before = registry.size
    with pytest.raises(CertifyError) as caught:
        start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    with house.workspace.reading() as registry:
        assert registry.size == before
    [folder] = house.workspace.runs()
    assert not any(folder.has(name) for name in ("plan.bundle.json", "described.json", "questions.jsonl"))
    assert engine.asked == []
    return caught.value


@pytest.mark.parametrize(
    ("found", "said"), [(None, "is not installed"), ("0.1.24", "0.1.24 is installed, 0.1.25 was audited")]
)
def test_without_the_audited_library_no_plan_is_logged(house, engine, monkeypatch, found, said):
    installed(monkeypatch, found)
    error = refused(house, request_with_public(house, 2), engine)
    assert (error.code, said in error.why) == ("CERT-E477", True)
    assert "certify-models[reasoning]" in error.hint


@pytest.mark.parametrize("public", [10, list(NAMED)])
def test_a_library_that_makes_other_problems_is_found_before_the_plan(house, engine, monkeypatch, public):
    installed(monkeypatch, "0.1.25")
    asked = makes(monkeypatch, "dice")
    error = refused(house, request_with_public(house, public), engine)
    assert error.code == "CERT-E478"
    assert "the library makes other dice problems here than those it is known by" in error.why
    assert asked == [list(NAMED) if public != 10 else sorted(json.loads(GOLDEN.read_text()))]


def test_families_that_no_seed_can_choose_are_not_asked_for(house, engine, monkeypatch):
    installed(monkeypatch, "0.1.25")
    makes(monkeypatch, "survo")
    request = request_with_public(house, list(NAMED))
    start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
    [folder] = house.workspace.runs()
    assert folder.has("plan.bundle.json")
