"""Whether a statement's subject is what its claim is about; the log itself looks at signatures and order."""

from __future__ import annotations

from collections.abc import Callable

from certify.errors import RegistryError
from certify.evidence.certificate import Certificate, Rendering, Status
from certify.evidence.evaluation import Evaluation
from certify.evidence.plan import Plan
from certify.evidence.statement import CERTIFICATE, EVALUATION, PLAN, RENDERING, STATUS, Statement
from certify_registry.reader import Reader
from certify_registry.service.refusals import other_subject


def check_subject(reader: Reader, statement: Statement) -> None:
    """Return if a statement is about what it says it is about.

    Args:
        reader: the registry that will log it.
        statement: of any kind; kinds without a rule pass.

    Raises:
        HostileInput: CERT-E660, it is not; CERT-E045, its claim is not what its type says.
        RegistryError: CERT-E079, it speaks of a plan or a certificate that is not in the log.
    """
    check = _CHECKS.get(statement.predicate_type)
    if check is None:
        return
    if len(statement.subject) != 1:
        raise other_subject(f"a statement of this kind has one subject, and this one has {len(statement.subject)}")
    check(reader, statement, statement.subject[0].digest.sha256)


def _plan(_: Reader, statement: Statement, subject: str) -> None:
    plan = Plan.from_document(statement.predicate, name="plan", by_name=False)
    _same(subject, plan.model.identity, "a plan", "the model it tests")


def _evaluation(reader: Reader, statement: Statement, subject: str) -> None:
    evaluation = Evaluation.from_document(statement.predicate, name="evaluation", by_name=False)
    _same(subject, evaluation.model.identity, "an evaluation", "the model it tested")
    plan = reader.plan(evaluation.plan_sha256)
    if plan is None:
        raise _unknown(f"the plan {evaluation.plan_sha256[:16]}…", "log the plan first")
    if (plan.name, plan.weights_digest) != (evaluation.model.name, evaluation.model.weights_digest):
        raise other_subject("the evaluation is of another model than its plan")


def _certificate(_: Reader, statement: Statement, subject: str) -> None:
    made = Certificate.from_document(statement.predicate, name="certificate", by_name=False)
    _same(subject, made.model.identity, "a certificate", "the model it certifies")


def _rendering(reader: Reader, statement: Statement, subject: str) -> None:
    made = Rendering.from_document(statement.predicate, name="rendering", by_name=False)
    _same(subject, made.pdf_sha256, "a rendering", "the PDF it names")
    _same(made.certificate_sha256, _payload_of(reader, made.serial), "a rendering", "the certificate of its serial")


def _status(reader: Reader, statement: Statement, subject: str) -> None:
    made = Status.from_document(statement.predicate, name="status", by_name=False)
    _same(subject, _payload_of(reader, made.serial), "a change of standing", "the certificate of its serial")


def _payload_of(reader: Reader, serial: str) -> str:
    """The certificate's payload digest; one that is only about to be logged does not count, or nobody would look."""
    row = reader.certificate(serial)
    if row is None:
        raise _unknown(f"a certificate {serial}", "log the certificate first")
    return row.payload_sha256


def _same(subject: str, expected: str, what: str, about: str) -> None:
    if subject != expected:
        raise other_subject(f"{what} is about {about}, {expected[:16]}…, and this one names {subject[:16]}…")


def _unknown(what: str, hint: str) -> RegistryError:
    return RegistryError("CERT-E079", f"the log does not hold {what}", "", hint)


_CHECKS: dict[str, Callable[[Reader, Statement, str], None]] = {
    PLAN: _plan,
    EVALUATION: _evaluation,
    CERTIFICATE: _certificate,
    RENDERING: _rendering,
    STATUS: _status,
}
