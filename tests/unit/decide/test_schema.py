from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.decide import LoadedPolicy, PolicyInput, decide
from certify.decide.examples import example_input
from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes
from certify.evidence.dataset import Dataset, DatasetIdentity, Declaration
from certify.evidence.decision import Verdict
from certify.evidence.evaluation import Attempts, EarlierPlan, EntropyUsed, Evaluation, Journal, tries
from certify.evidence.model import ServedIdentity, ServerApi, Serving
from certify.evidence.plan import EntropySource, Plan
from certify.evidence.results import RESULT_TYPES
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.trust.note import NoteSigner
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_statement

ROLES = ("data-steward", "evaluator", "issuer", "revoker")
Sign = Callable[..., Verified[Any]]
DATA = DatasetIdentity(name="corpus", identity="d" * 64, shards=4, bytes=100)


@pytest.fixture(scope="module")
def sign() -> Sign:
    signers = {role: generate_signer() for role in ROLES}
    trust = TrustFile.parse(
        canonical_bytes(
            {
                "schema": "certify/trust/v1",
                "version": 1,
                "name": "Example",
                "environment": "production",
                "expires": "2030-01-01T00:00:00Z",
                "keys": {s.keyid: {"pem": s.public_pem, "party": r, "scheme": s.scheme} for r, s in signers.items()},
                "roles": {r: {"keyids": [s.keyid], "threshold": 1} for r, s in signers.items()},
                "log": {
                    "origin": "log.example",
                    "vkey": NoteSigner("log.example", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)).verifier.vkey,
                    "witnesses": [],
                    "quorum": 0,
                },
                "seedWitnesses": [],
                "statusMaxAgeDays": 7,
            }
        )
    )

    def verified(value: Value, kind: str, role: str, subject: str) -> Verified[Any]:
        payload = kinds.statement_bytes(kinds.subject_of("thing", subject), kind, value)
        bundle = parse_bundle(sign_statement(payload, signers[role]))
        return verify_statement(bundle, role=role, predicate_type=kind, model=type(value), trust=trust)

    return verified


@pytest.fixture
def run(sign: Sign, starter: LoadedPolicy, good: dict[str, Any]) -> dict[str, Any]:
    """Plan, evaluation, data and declaration of one good run, unsigned parts by keyword."""
    facts = example_input(starter, good)
    plan = Plan(
        applicant="Example Lab",
        model=facts.model,
        configuration=facts.configuration,
        policy=starter.reference,
        checks=facts.planned,
        datasets=(DATA,),
        data_examined="full",
        entropy=EntropySource(kind="beacon"),
        tokens=1000,
        planned_at="2026-11-23T09:00:00Z",
        deadline="2026-11-24T09:00:00Z",
    )
    signed_plan = sign(plan, kinds.PLAN, "evaluator", facts.model.identity)
    evaluation = Evaluation(
        plan_sha256=signed_plan.payload_sha256,
        model=facts.model,
        configuration=facts.configuration,
        entropy=EntropyUsed(kind="beacon", value="e" * 64),
        seed="f" * 64,
        journal=Journal(questions=0, questions_root="0" * 64, records=0, records_root="0" * 64),
        checks={name: RESULT_TYPES[name].from_document(result).document() for name, result in good["check"].items()},
        attempts=Attempts(number=2, excludable=False, earlier=()),
        started_at="2026-11-23T09:10:00Z",
        finished_at="2026-11-23T09:20:00Z",
    )
    dataset = Dataset(dataset=DATA, complete=True, described_at="2026-11-22T09:00:00Z")
    declaration = Declaration(
        owner="Example Lab", intended_use="Sums in school books, nothing else", declared_at="2026-11-22T09:00:00Z"
    )
    return {"plan": signed_plan, "evaluation": evaluation, "dataset": dataset, "declaration": declaration}


def built(sign: Sign, run: dict[str, Any], **changes: Any) -> PolicyInput:
    model = run["plan"].value.model.identity
    evaluation = run["evaluation"].model_copy(update=changes)
    return PolicyInput.build(
        run["plan"],
        sign(evaluation, kinds.EVALUATION, "evaluator", model),
        [sign(run["dataset"], kinds.DATASET, "data-steward", DATA.identity)],
        sign(run["declaration"], kinds.DECLARATION, "data-steward", model),
        level=1,
    )


def test_verified_statements_become_facts(sign: Sign, run: dict[str, Any], starter: LoadedPolicy) -> None:
    evidence = built(sign, run)
    facts = evidence.mapping()
    assert set(facts["check"]) == set(starter.check_ids)
    assert facts["plan"] == {
        "applicant": "Example Lab",
        "attempt": 2,
        "attempts": 2,
        "excludable": False,
        "entropy": "beacon",
        "tokens": 1000,
        "planned_at": "2026-11-23T09:00:00Z",
        "deadline": "2026-11-24T09:00:00Z",
        "identity_verified": True,
    }
    assert facts["data"] == {"examined": "full", "datasets": 1, "complete": True}
    assert "prohibited_use" not in facts["declared"]
    assert len(evidence.digests) == 4
    decision = decide(starter, evidence, "2026-11-23T10:00:00Z")
    assert decision.verdict == Verdict.CERTIFIED
    assert decision.evidence == evidence.digests


def test_plans_of_the_applicant_alone_are_no_attempts(sign: Sign, run: dict[str, Any], starter: LoadedPolicy) -> None:
    shares = [("applicant",)] * 6 + [("name",), ("applicant", "weights")]
    earlier = tuple(
        EarlierPlan(log_index=index, payload_sha256="0" * 64, shares=what) for index, what in enumerate(shares)
    )
    assert tries(earlier) == 2
    facts = built(sign, run, attempts=Attempts(number=1, excludable=False, earlier=earlier[:6]))
    assert (facts.plan.attempt, facts.plan.attempts) == (1, 1)
    assert decide(starter, facts, "2026-11-23T10:00:00Z").verdict == Verdict.CERTIFIED
    assert built(sign, run, attempts=Attempts(number=3, excludable=False, earlier=earlier)).plan.attempts == 3


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"plan_sha256": "0" * 64}, "another plan"),
        ({"entropy": EntropyUsed(kind="self", value="e" * 64)}, "entropy"),
    ],
)
def test_statements_of_different_runs_are_refused(
    sign: Sign, run: dict[str, Any], changes: dict[str, Any], what: str
) -> None:
    with pytest.raises(HostileInput, match=what) as caught:
        built(sign, run, **changes)
    assert caught.value.code == "CERT-E058"


@pytest.mark.parametrize("identity", list(ServedIdentity))
def test_rules_can_refuse_an_endpoint_that_nobody_vouches_for(
    sign: Sign, run: dict[str, Any], identity: ServedIdentity
) -> None:
    serving = Serving(
        identity=identity, software="vllm", api=ServerApi.COMPLETIONS, model="m", answers_as="m", own_sampling=False
    )
    configuration = run["plan"].value.configuration.model_copy(update={"serving": serving})
    plan = run["plan"].value.model_copy(update={"configuration": configuration})
    run["plan"] = sign(plan, kinds.PLAN, "evaluator", plan.model.identity)
    changes = {"plan_sha256": run["plan"].payload_sha256, "configuration": configuration}
    facts = built(sign, run, **changes).mapping()
    assert facts["plan"]["identity_verified"] is (identity is ServedIdentity.VERIFIED)
    assert facts["configuration"]["serving"]["identity"] == identity


def test_another_model_or_configuration_is_refused(sign: Sign, run: dict[str, Any]) -> None:
    model = run["evaluation"].model.model_copy(update={"identity": "0" * 64})
    configuration = run["evaluation"].configuration.model_copy(update={"dtype": "int4"})
    for changes in ({"model": model}, {"configuration": configuration}):
        with pytest.raises(HostileInput, match="CERT-E058"):
            built(sign, run, **changes)


def test_a_declaration_about_another_model_is_refused(sign: Sign, run: dict[str, Any]) -> None:
    evaluation = sign(run["evaluation"], kinds.EVALUATION, "evaluator", run["plan"].value.model.identity)
    other = sign(run["declaration"], kinds.DECLARATION, "data-steward", "0" * 64)
    with pytest.raises(HostileInput, match="another model"):
        PolicyInput.build(run["plan"], evaluation, (), other)


def test_a_malformed_result_is_refused(sign: Sign, run: dict[str, Any]) -> None:
    with pytest.raises(HostileInput, match="corpus-scan"):
        built(sign, run, checks={"corpus-scan": {"contaminated": "none"}})


def test_only_verified_values_are_taken(run: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="verified"):
        PolicyInput.build(run["plan"], run["evaluation"])
    with pytest.raises(TypeError, match="verified"):
        PolicyInput.build(run["plan"].value, run["evaluation"])


def test_data_is_complete_only_with_statements_about_all_of_it(sign: Sign, run: dict[str, Any]) -> None:
    model = run["plan"].value.model.identity
    evaluation = sign(run["evaluation"], kinds.EVALUATION, "evaluator", model)
    unplanned = DATA.model_copy(update={"identity": "9" * 64})
    other = sign(run["dataset"].model_copy(update={"dataset": unplanned}), kinds.DATASET, "data-steward", "9" * 64)
    for datasets in ([], [other]):
        evidence = PolicyInput.build(run["plan"], evaluation, datasets)
        assert evidence.data.complete is None
        assert len(evidence.digests) == 2
    partial = sign(run["dataset"].model_copy(update={"complete": False}), kinds.DATASET, "data-steward", DATA.identity)
    assert PolicyInput.build(run["plan"], evaluation, [partial]).data.complete is False


def test_absent_things_are_absent(sign: Sign, run: dict[str, Any]) -> None:
    evaluation = run["evaluation"].model_copy(update={"checks": {}})
    signed = sign(evaluation, kinds.EVALUATION, "evaluator", run["plan"].value.model.identity)
    facts = PolicyInput.build(run["plan"], signed).mapping()
    assert facts["check"] == {}
    assert "declared" not in facts
    assert "level" not in facts
    assert "complete" not in facts["data"]
