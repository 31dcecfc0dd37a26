"""A run with items and rewrites of them: certified, audited, verified, and handed on as a reference model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.audit.audit import audit_certificate
from certify.check.reference_file import read_references
from certify.cli.app import run
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.evidence.evaluation import Evaluation
from certify.page.page import page_of
from certify.pipeline.referencing import references_of
from certify.trust.bundle import parse_bundle, statement_of
from tests.fakes.chain import Chain, finish, production_house, request_for, scratch
from tests.fakes.scripted_engine import ScriptedEngine

LABELLED = "paired-rewrite:sums"
ASKED = {"rewrites": "families", "isomorphs": 1, "samples": 4, "max_tokens": 64, "alpha": 0.05}
TOO_SMALL = {"rewrites": "families", "isomorphs": 1, "samples": 1, "max_tokens": 64, "alpha": 0.05}


@pytest.fixture(scope="module")
def ran() -> Chain:
    """A certificate whose plan holds two such tests, one of them too small to say anything."""
    house = production_house(scratch())
    request = request_for(house)
    policy = Path(request.policy)
    document = yaml.safe_load((policy / "policy.yaml").read_text())
    benchmark = document["checks"][0]["with"]["benchmark"]
    wanted = {"benchmark": benchmark, "power_against": 0.3, "expected_accuracy": 0.6}
    document["checks"] += [
        {"id": LABELLED, "with": ASKED | wanted},
        {"id": "paired-rewrite", "with": TOO_SMALL | wanted | {"power_against": 0.05}},
    ]
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    policy.rename(house.root / "rewriting")
    request = request.model_copy(update={"policy": str(house.root / "rewriting")})
    return finish(house, request, ScriptedEngine(), drawn=False)


def results(chain: Chain) -> dict[str, Any]:
    bundle = parse_bundle(chain.folder.file("evaluation.bundle.json").read_bytes(), name="evaluation")
    return Evaluation.from_document(statement_of(bundle).predicate).results()


def test_it_is_certified_and_page_one_speaks_of_all_tests_together(ran: Chain) -> None:
    found = results(ran)
    assert {name: found[name].verdict for name in (LABELLED, "paired-rewrite")} == {
        LABELLED: "no_evidence",
        "paired-rewrite": "insufficient",
    }
    [line] = [one for one in ran.certificate.headlines if one.name == "Contamination, asked of the model"]
    assert line.value == "no evidence in 1 of 2"
    assert line.detail == (
        "no evidence in 1 of 2 tests, insufficient in 1 of 2 tests; strongest p = 1.0000 (paired rewrite, sums), "
        "corrected for 2 tests; detected is what has p at most 0.05; paired rewrite, sums would notice a gap of 30.00 "
        "points with chance 0.97"
    )
    page = page_of(ran.certificate, found)
    assert line.name in [panel.name for panel in page.panels]
    assert any(row.label.startswith("Published items against rewrites") for row in page.further)


def test_an_audit_draws_the_rewrites_again(ran: Chain) -> None:
    found = audit_certificate(
        ran.bundle,
        trust=ran.trust,
        pack=ran.folder.path,
        at=ran.at,
        training_data=[],
        redraw=False,
        answer=ran.answer,
        asked_at=ran.at,
    )
    assert found.agrees, [line for line in found.checks if line.result == "fail"]


def test_it_serves_as_a_reference_model(ran: Chain, tmp_path: Path) -> None:
    told = references_of(ran.house.workspace, [ran.folder.name], LABELLED)
    [model] = told.models
    assert (told.rewrites, told.samples, model.identity) == ("families", 4, results_identity(ran))
    assert set(model.items.values()) == {(4, 4, 4, 4)}
    path = tmp_path / "references.json"
    path.write_bytes(told.to_bytes())
    assert read_references(path).told == told


def results_identity(chain: Chain) -> str:
    return chain.certificate.model.identity


@pytest.mark.parametrize(
    ("twice", "check", "said"),
    [
        (True, LABELLED, "stands among them twice"),
        (False, "paired-rewrite", "no result of paired-rewrite with answers"),
        (False, "static-benchmark", "no evaluation with static-benchmark"),
    ],
)
def test_a_run_that_cannot_serve_is_refused(ran: Chain, twice: bool, check: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        references_of(ran.house.workspace, [ran.folder.name] * (1 + twice), check)
    assert caught.value.code == "CERT-E495"


def test_answers_that_the_evaluation_does_not_hold_serve_nobody(ran: Chain) -> None:
    records = ran.folder.file("records.jsonl")
    kept = records.read_bytes()
    try:
        records.write_bytes(kept.replace(b'"outcome":"correct"', b'"outcome":"wrong"', 1))
        with pytest.raises(HostileInput, match="not what its evaluation committed to"):
            references_of(ran.house.workspace, [ran.folder.name], LABELLED)
        records.unlink()
        with pytest.raises(EvidenceMissing, match="is not there"):
            references_of(ran.house.workspace, [ran.folder.name], LABELLED)
    finally:
        records.write_bytes(kept)


@pytest.mark.parametrize("json", [False, True])
def test_the_command_writes_the_file(
    ran: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str], json: bool
) -> None:
    out = tmp_path / "references.json"
    home = str(ran.house.workspace.home)
    given = ["--home", home, "model", "references", ran.folder.name, "--check", LABELLED, "--out", str(out)]
    assert run([*given, *["--json"] * json]) == 0
    assert read_references(out).sha256 in capsys.readouterr().out
