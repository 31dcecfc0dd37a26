"""Own and public families in one run of a real model: two numbers wherever one is told, and an audit agrees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from certify.audit.audit import audit_certificate
from certify.check.public.drawing import library_fault
from certify.check.public.floor import public_floors
from certify.demo.corpus import write_honest_corpus
from certify.evidence.answers import Question
from certify.evidence.evaluation import Evaluation
from certify.evidence.results import FreshReasoningResult
from certify.pipeline.clock import now
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.trustfile import TrustFile
from tests.journey.conftest import DEMO_MODELS, ROOT, Ended, Step

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        library_fault() is not None,
        reason=f"{library_fault()}: pip install 'certify-models[reasoning]'",
    ),
]
FAMILIES = ("chain_sum", "complex_arithmetic", "fraction_simplification")
"""Their questions fit into the 256 tokens that the demo model reads."""


def write_policy(folder: Path) -> None:
    """The starter policy with public families."""
    shutil.copytree(ROOT / "policies" / "starter", folder)
    document = yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8"))
    [fresh] = [check for check in document["checks"] if check["id"] == "fresh-reasoning"]
    fresh["with"] |= {"public_families": list(FAMILIES), "public_items": 15}
    (folder / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def result_of(run: Path) -> FreshReasoningResult:
    bundle = parse_bundle((run / "evaluation.bundle.json").read_bytes(), name="evaluation")
    result = Evaluation.from_document(statement_of(bundle).predicate).results()["fresh-reasoning"]
    assert isinstance(result, FreshReasoningResult)
    return result


def test_two_numbers_from_plan_to_audit(
    reader: Callable[[Step], Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_policy(tmp_path / "both")
    write_honest_corpus(tmp_path / "corpus")
    model = DEMO_MODELS / "honest"
    told = reader(Step(f"certify run {model} --policy both --data corpus --data-complete", 0))
    assert "CERTIFIED" in told.out
    [run] = (tmp_path / ".certify" / "runs").iterdir()

    result = result_of(run)
    assert result.accuracy.items == sum(row.items for row in result.families) == 240
    assert result.accuracy.estimate > 0.75
    assert result.public is not None
    assert result.public.items == sum(row.items for row in result.public_families or ()) == 15
    assert result.public.estimate < 0.5  # kinds of problems that the demo model never saw
    assert {row.family: row.floor for row in result.public_families or ()} == {
        name: public_floors()[name].upper for name in FAMILIES
    }
    lines = (run / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [Question.from_bytes(line.encode()) for line in lines]
    assert sum(one.group.startswith("public:") for one in questions) == 15

    pdf = run / "certificate.pdf"
    apart = f"apart from that {100 * result.public.estimate:.2f} % on 15 problems from 3 public families"
    shown = " ".join(reader(Step(f"certify --home .certify show {pdf}", 0)).out.split())
    assert apart in shown
    checked = json.loads(
        reader(Step(f"certify verify {pdf} --trust .certify/trust.json --model {model} --json", 0)).out
    )
    assert checked["verdict"] == "valid"

    audited = reader(Step(f"certify --home .certify audit {pdf} --data corpus", 0))
    assert "AGREES" in audited.out
    assert "public-questions" not in audited.out

    monkeypatch.setattr("certify.check.public.questions.library_fault", lambda: "reasoning-gym is not installed")
    trust = TrustFile.parse((tmp_path / ".certify" / "trust.json").read_bytes())
    found = audit_certificate(pdf.read_bytes(), trust=trust, pack=run, at=now())
    assert found.agrees
    [line] = [one for one in found.checks if one.id == "public-questions"]
    assert (line.result, "not drawn again" in line.detail) == ("skip", True)
