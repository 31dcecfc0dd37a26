from __future__ import annotations

import json
from typing import Any

import pytest

from certify.attest import statements
from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import Rendering, State, Status
from certify.evidence.contamination import Contamination
from certify.evidence.dataset import DataExamined, Dataset, DatasetIdentity, Declaration
from certify.evidence.decision import Decision, Verdict
from certify.evidence.evaluation import Evaluation
from certify.evidence.model import ModelIdentity
from certify.evidence.plan import Plan, PolicyReference
from certify.evidence.results import CorpusScanResult
from certify.evidence.statement import Statement

NOW = "2026-11-23T00:00:00Z"
MODEL = ModelIdentity(
    name="acme/reasoner",
    identity="aa" * 32,
    weights_digest="bb" * 32,
    release_digest="cc" * 32,
    architecture="LlamaForCausalLM",
    parameters=17,
    files=3,
    bytes=100,
)
DATA = DatasetIdentity(name="corpus", identity="dd" * 32, shards=2, bytes=10)
POLICY = PolicyReference(id="starter", version="1.0.0", sha256="ee" * 32)


def read(payload: bytes) -> Statement:
    assert payload == canonical_bytes(json.loads(payload))
    return Statement.from_document(json.loads(payload))


def decision(verdict: Verdict) -> Decision:
    return Decision(policy=POLICY, verdict=verdict, rules=(), decided_at=NOW, evidence=("11" * 32, "22" * 32))


def scan() -> CorpusScanResult:
    return CorpusScanResult.model_validate(
        {
            "benchmarks": [
                {"benchmark": "b", "benchmarkSha256": "ab" * 32, "items": 9, "contaminated": 0, "full": 0, "partial": 0}
            ],
            "items": 9,
            "contaminated": 0,
            "contaminatedShare": 0,
            "shards": 1,
            "documents": 5,
            "bytes": 100,
            "selfTest": [],
            "verbatimRecallLower": 0.9,
            "reportSha256": "cd" * 32,
        }
    )


def subjects(payload: bytes) -> list[tuple[str, str]]:
    return [(subject.name, subject.digest.sha256) for subject in read(payload).subject]


def test_each_statement_is_about_the_exact_thing() -> None:
    dataset = Dataset(dataset=DATA, complete=True, described_at=NOW)
    assert subjects(statements.dataset_statement(dataset)) == [("corpus", "dd" * 32)]
    both = [("corpus", "dd" * 32), ("acme/reasoner", "aa" * 32)]
    assert subjects(statements.dataset_statement(dataset, MODEL)) == both
    declaration = Declaration(owner="Acme", intended_use="sums", declared_at=NOW)
    about_model = [("acme/reasoner", "aa" * 32)]
    assert subjects(statements.declaration_statement(declaration, MODEL)) == about_model
    found = Contamination(datasets=(DATA,), data_examined=DataExamined.FULL, scan=scan(), scanned_at=NOW)
    assert subjects(statements.contamination_statement(found, MODEL)) == about_model
    assert subjects(statements.decision_statement(decision(Verdict.CERTIFIED), MODEL)) == about_model
    rendering = Rendering(
        serial="CM-0000-0000-0000", certificate_sha256="12" * 32, pdf_sha256="34" * 32, renderer="r", rendered_at=NOW
    )
    assert subjects(statements.rendering_statement(rendering)) == [("CM-0000-0000-0000.pdf", "34" * 32)]
    status = Status(serial="CM-0000-0000-0000", state=State.REVOKED, reason="r", declared_at=NOW)
    assert subjects(statements.status_statement(status, "56" * 32)) == [("CM-0000-0000-0000", "56" * 32)]


@pytest.mark.parametrize(
    ("kind", "make", "model"),
    [
        (kinds.PLAN, statements.plan_statement, Plan),
        (kinds.EVALUATION, statements.evaluation_statement, Evaluation),
    ],
)
def test_plan_and_evaluation_are_about_their_model(kind: str, make: Any, model: Any) -> None:
    value = model.model_construct(model=MODEL)
    statement = read(make(value))
    assert statement.predicate_type == kind
    assert statement.subject[0].digest.sha256 == MODEL.identity
    assert statement.predicate["model"] == MODEL.document()


@pytest.mark.parametrize(
    ("verdict", "result", "level"),
    [
        (Verdict.CERTIFIED, "PASSED", "CERTIFY_CERTIFIED"),
        (Verdict.REFUSED, "FAILED", "CERTIFY_REFUSED"),
        (Verdict.INCONCLUSIVE, "FAILED", "CERTIFY_INCONCLUSIVE"),
        (Verdict.INCOMPLETE, "FAILED", "CERTIFY_INCOMPLETE"),
    ],
)
def test_a_decision_is_a_verification_summary(verdict: Verdict, result: str, level: str) -> None:
    statement = read(statements.decision_statement(decision(verdict), MODEL))
    predicate = statement.predicate
    assert statement.predicate_type == "https://slsa.dev/verification_summary/v1"
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == (result, [level])
    assert predicate["timeVerified"] == NOW
    assert predicate["resourceUri"] == "certify:model/" + "aa" * 32
    assert predicate["verifier"]["id"].startswith("https://")
    assert predicate["policy"] == {"uri": "certify:policy/starter/1.0.0", "digest": {"sha256": "ee" * 32}}
    assert predicate["inputAttestations"] == [{"digest": {"sha256": "11" * 32}}, {"digest": {"sha256": "22" * 32}}]
    assert statements.decision_of(statement) == decision(verdict)


def test_the_decision_is_not_read_from_another_kind_of_statement() -> None:
    declaration = Declaration(owner="Acme", intended_use="sums", declared_at=NOW)
    with pytest.raises(HostileInput) as caught:
        statements.decision_of(read(statements.declaration_statement(declaration, MODEL)))
    assert caught.value.code == "CERT-E045"
