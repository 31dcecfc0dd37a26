"""What the registry remembers of a statement so that it can be found again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from certify.evidence.certificate import Certificate, Rendering, Status
from certify.evidence.evaluation import Evaluation
from certify.evidence.plan import Plan
from certify.evidence.statement import CERTIFICATE, EVALUATION, PLAN, RENDERING, STATUS, Statement
from certify_registry.store.tables import (
    CertificateEntry,
    EvaluationEntry,
    PlanEntry,
    RenderingEntry,
    Row,
    StatusEntry,
)


@dataclass(frozen=True)
class IndexRow:
    """A row to be, without its log index."""

    table: type[Row]
    values: dict[str, str]
    once: str | None = None
    """Column that only the first entry with a value gets a row for, such as a second signer's copy."""


def index_rows(statement: Statement, payload_sha256: str) -> tuple[IndexRow, ...]:
    """The rows that follow from a statement; none for kinds that are only logged.

    Raises:
        HostileInput: CERT-E045, the predicate is not what its type says.
    """
    read = _READERS.get(statement.predicate_type)
    return () if read is None else (read(statement, payload_sha256),)


def folded(name: str) -> str:
    """A name without differences of case, spacing and Unicode form. Source: Unicode NFKC and case folding."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _plan(statement: Statement, payload_sha256: str) -> IndexRow:
    plan = Plan.from_document(statement.predicate, name="plan", by_name=False)
    values = {
        "payload_sha256": payload_sha256,
        "applicant": plan.applicant,
        "applicant_folded": folded(plan.applicant),
        "name": plan.model.name,
        "name_folded": folded(plan.model.name),
        "weights_digest": plan.model.weights_digest,
        "deadline": plan.deadline,
    }
    return IndexRow(PlanEntry, values, once="payload_sha256")


def _evaluation(statement: Statement, payload_sha256: str) -> IndexRow:
    evaluation = Evaluation.from_document(statement.predicate, name="evaluation", by_name=False)
    values = {"plan_sha256": evaluation.plan_sha256, "payload_sha256": payload_sha256}
    return IndexRow(EvaluationEntry, values, once="plan_sha256")


def _certificate(statement: Statement, payload_sha256: str) -> IndexRow:
    certificate = Certificate.from_document(statement.predicate, name="certificate", by_name=False)
    values = {
        "serial": certificate.serial,
        "model_identity": certificate.model.identity,
        "model_name": certificate.model.name,
        "payload_sha256": payload_sha256,
        "valid_from": certificate.valid_from,
        "valid_until": certificate.valid_until,
    }
    return IndexRow(CertificateEntry, values, once="serial")


def _rendering(statement: Statement, _: str) -> IndexRow:
    rendering = Rendering.from_document(statement.predicate, name="rendering", by_name=False)
    return IndexRow(RenderingEntry, {"serial": rendering.serial, "pdf_sha256": rendering.pdf_sha256})


def _status(statement: Statement, _: str) -> IndexRow:
    status = Status.from_document(statement.predicate, name="status", by_name=False)
    return IndexRow(StatusEntry, {"serial": status.serial, "state": str(status.state)})


_READERS: dict[str, Callable[[Statement, str], IndexRow]] = {
    PLAN: _plan,
    EVALUATION: _evaluation,
    CERTIFICATE: _certificate,
    RENDERING: _rendering,
    STATUS: _status,
}
