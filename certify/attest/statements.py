"""The payload of each statement: a claim bound to the exact thing it is about, ready to be signed."""

from __future__ import annotations

from typing import Any

from certify.evidence import statement as kinds
from certify.evidence.approval import Approval, Waiver
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import Certificate, Rendering, Status
from certify.evidence.contamination import Contamination
from certify.evidence.dataset import Dataset, Declaration
from certify.evidence.decision import Decision
from certify.evidence.evaluation import Evaluation
from certify.evidence.looks import Interim
from certify.evidence.model import ModelIdentity
from certify.evidence.plan import Plan
from certify.evidence.rerun import Rerun
from certify.evidence.response import Response
from certify.evidence.statement import DECISION_FIELD, STATEMENT_TYPE, Subject, statement_bytes, subject_of
from certify.trust.summary import decision_of, verification_result, verified_level

__all__ = [
    "approval_statement",
    "certificate_statement",
    "contamination_statement",
    "dataset_statement",
    "decision_of",
    "decision_statement",
    "declaration_statement",
    "evaluation_statement",
    "plan_statement",
    "rendering_statement",
    "rerun_statement",
    "response_statement",
    "status_statement",
    "waiver_statement",
]

VERIFIER = kinds.PREDICATE_BASE.removesuffix("/predicates") + "/verifier"
"""Who decides, as other clients' trust rules name it; which key may sign for it is in the trust file."""


def dataset_statement(
    dataset: Dataset, model: ModelIdentity | None = None, *, shown: dict[str, Any] | None = None
) -> bytes:
    """What a data steward says of training data.

    The data is the first subject; with ``model`` the statement also names the model it trained. ``shown`` is the
    claim without what is withheld; the whole claim when absent.
    """
    subjects = [subject_of(dataset.dataset.name, dataset.dataset.identity)]
    if model is not None:
        subjects.append(_model(model))
    return canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [subject.document() for subject in subjects],
            "predicateType": kinds.DATASET,
            "predicate": dataset.document() if shown is None else shown,
        }
    )


def declaration_statement(declaration: Declaration, model: ModelIdentity) -> bytes:
    """What the owner declares of a model."""
    return statement_bytes(_model(model), kinds.DECLARATION, declaration)


def plan_statement(plan: Plan) -> bytes:
    """What will be tested, and how, before anything is drawn."""
    return statement_bytes(_model(plan.model), kinds.PLAN, plan)


def interim_statement(interim: Interim, model: ModelIdentity) -> bytes:
    """What was seen at a look, before more is asked."""
    return statement_bytes(_model(model), kinds.INTERIM, interim)


def evaluation_statement(evaluation: Evaluation) -> bytes:
    """What came out of a plan."""
    return statement_bytes(_model(evaluation.model), kinds.EVALUATION, evaluation)


def contamination_statement(contamination: Contamination, model: ModelIdentity) -> bytes:
    """What a scan of the training data found."""
    return statement_bytes(_model(model), kinds.CONTAMINATION, contamination)


def decision_statement(decision: Decision, model: ModelIdentity, *, verifier: str = VERIFIER) -> bytes:
    """The verdict as a verification summary that other people's policy engines read, whatever it came to.

    The whole decision travels in a field named by its own URI.

    Source: SLSA Verification Summary Attestation v1.
    """
    policy = decision.policy
    summary: dict[str, Any] = {
        "verifier": {"id": verifier},
        "timeVerified": decision.decided_at,
        "resourceUri": f"certify:model/{model.identity}",
        "policy": {"uri": f"certify:policy/{policy.id}/{policy.version}", "digest": {"sha256": policy.sha256}},
        "inputAttestations": [{"digest": {"sha256": sha256}} for sha256 in decision.evidence],
        "verificationResult": verification_result(decision),
        "verifiedLevels": [verified_level(decision)],
        DECISION_FIELD: decision.document(),
    }
    return statement_bytes(_model(model), kinds.VSA, summary)


def certificate_statement(certificate: Certificate) -> bytes:
    """The certificate."""
    return statement_bytes(_model(certificate.model), kinds.CERTIFICATE, certificate)


def rendering_statement(rendering: Rendering) -> bytes:
    """Which PDF shows a certificate."""
    subject = subject_of(f"{rendering.serial}.pdf", rendering.pdf_sha256)
    return statement_bytes(subject, kinds.RENDERING, rendering)


def status_statement(status: Status, certificate_sha256: str) -> bytes:
    """A change in the standing of the certificate whose payload has this digest."""
    return statement_bytes(subject_of(status.serial, certificate_sha256), kinds.STATUS, status)


def approval_statement(approval: Approval, decision_sha256: str, name: str) -> bytes:
    """An approver's word about the decision whose payload has this digest, named by its run or serial."""
    return statement_bytes(subject_of(name, decision_sha256), kinds.APPROVAL, approval)


def waiver_statement(waiver: Waiver, model_identity: str, name: str) -> bytes:
    """An exception for the model of this identity."""
    return statement_bytes(subject_of(name, model_identity), kinds.WAIVER, waiver)


def response_statement(response: Response, decision_sha256: str, name: str) -> bytes:
    """What an applicant answers to the decision whose payload has this digest, named by its run."""
    return statement_bytes(subject_of(name, decision_sha256), kinds.RESPONSE, response)


def rerun_statement(rerun: Rerun, model: ModelIdentity) -> bytes:
    """What a sample of the questions came to when somebody asked them again."""
    return statement_bytes(_model(model), kinds.RERUN, rerun)


def _model(model: ModelIdentity) -> Subject:
    return subject_of(model.name, model.identity)
