"""Turns signed statements into verified evidence, each under the role that may sign it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from certify.errors import EvidenceMissing, HostileInput
from certify.evidence import statement as kinds
from certify.evidence.approval import Waiver
from certify.evidence.base import Value
from certify.evidence.contamination import Contamination
from certify.evidence.dataset import Dataset, Declaration
from certify.evidence.evaluation import Evaluation, tries
from certify.evidence.looks import Interim
from certify.evidence.plan import Plan, fresh_seed
from certify.trust.bundle import Bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_statement, verify_voice
from certify.verify.completeness import check_counts, check_data
from certify.verify.looks import check_looks

ROLES: dict[str, tuple[str, type[Value]]] = {
    kinds.PLAN: ("evaluator", Plan),
    kinds.EVALUATION: ("evaluator", Evaluation),
    kinds.INTERIM: ("evaluator", Interim),
    kinds.CONTAMINATION: ("evaluator", Contamination),
    kinds.DATASET: ("data-steward", Dataset),
    kinds.DECLARATION: ("data-steward", Declaration),
    kinds.WAIVER: ("approver", Waiver),
}
"""Which role signs which kind of evidence, and the form of its predicate."""


@dataclass(frozen=True)
class EvidenceSet:
    """All that a decision may look at; every part is verified."""

    plan: Verified[Plan]
    evaluation: Verified[Evaluation]
    datasets: tuple[Verified[Dataset], ...]
    declaration: Verified[Declaration] | None
    contamination: Verified[Contamination] | None
    waivers: tuple[Verified[Waiver], ...] = ()
    interims: tuple[Verified[Interim], ...] = ()

    @property
    def digests(self) -> tuple[str, ...]:
        """Payload digests of every statement, sorted."""
        optional = [part.payload_sha256 for part in (self.declaration, self.contamination) if part is not None]
        several = [dataset.payload_sha256 for dataset in self.datasets]
        several += [waiver.payload_sha256 for waiver in self.waivers]
        several += [interim.payload_sha256 for interim in self.interims]
        return tuple(sorted([self.plan.payload_sha256, self.evaluation.payload_sha256, *several, *optional]))

    @property
    def parties(self) -> frozenset[str]:
        """Who evaluated the model or prepared its data."""
        return frozenset((self.plan.party, self.evaluation.party, *(dataset.party for dataset in self.datasets)))


def verify_evidence(bundles: Iterable[Bundle], trust: TrustFile) -> EvidenceSet:
    """The verified evidence among ``bundles``; decisions and approvals are left to whoever checks those.

    A waiver needs one approver's signature, whatever the role's threshold: the decision it enters names it, and that
    decision needs as many approvers as the threshold says.

    Raises:
        HostileInput: a signature, role or form is wrong, or statements speak of different models or plans.
        EvidenceMissing: CERT-E064, there is no plan or no evaluation.
    """
    found: dict[str, list[Verified[Value]]] = {kind: [] for kind in ROLES}
    for bundle in bundles:
        kind = statement_of(bundle).predicate_type
        if kind in (kinds.VSA, kinds.APPROVAL):
            continue
        if kind not in ROLES:
            raise HostileInput("CERT-E090", f"a statement of the kind {kind[:100]} has no place in the evidence")
        role, model = ROLES[kind]
        verify = verify_voice if kind == kinds.WAIVER else verify_statement
        found[kind].append(verify(bundle, role=role, predicate_type=kind, model=model, trust=trust))
    evidence = EvidenceSet(
        plan=_only(found[kinds.PLAN], "plan"),  # type: ignore[arg-type]
        evaluation=_only(found[kinds.EVALUATION], "evaluation"),  # type: ignore[arg-type]
        datasets=tuple(sorted(found[kinds.DATASET], key=lambda dataset: dataset.payload_sha256)),  # type: ignore[arg-type]
        declaration=_at_most_one(found[kinds.DECLARATION], "declaration"),  # type: ignore[arg-type]
        contamination=_at_most_one(found[kinds.CONTAMINATION], "contamination"),  # type: ignore[arg-type]
        waivers=tuple(sorted(found[kinds.WAIVER], key=lambda waiver: waiver.payload_sha256)),  # type: ignore[arg-type]
        interims=tuple(sorted(found[kinds.INTERIM], key=lambda interim: interim.payload_sha256)),  # type: ignore[arg-type]
    )
    _agree(evidence)
    return evidence


def _at_most_one(statements: list[Verified[Value]], kind: str) -> Verified[Value] | None:
    return _only(statements, kind) if statements else None


def _only(statements: list[Verified[Value]], kind: str) -> Verified[Value]:
    if not statements:
        raise EvidenceMissing("CERT-E064", f"there is no signed {kind}")
    if len(statements) > 1:
        raise HostileInput("CERT-E045", f"there are {len(statements)} signed {kind}s where one decides")
    return statements[0]


def _agree(evidence: EvidenceSet) -> None:
    """Every statement is about the same model, plan, data and seed."""
    plan, evaluation = evidence.plan.value, evidence.evaluation.value
    _about_one_model(evidence)
    if evaluation.plan_sha256 != evidence.plan.payload_sha256:
        raise HostileInput("CERT-E090", "the evaluation belongs to another plan")
    if evaluation.model != plan.model or evaluation.configuration != plan.configuration:
        raise HostileInput("CERT-E090", "the evaluation tested another model or configuration than was planned")
    if evaluation.finished_at > plan.deadline:
        raise HostileInput("CERT-E078", "the evaluation ended after the plan's deadline")
    seed = fresh_seed(evidence.plan.payload_sha256, bytes.fromhex(evaluation.entropy.value))
    if seed.hex() != evaluation.seed or evaluation.entropy.kind is not plan.entropy.kind:
        raise HostileInput("CERT-E090", "the seed does not follow from the plan and the entropy it names")
    if evaluation.attempts.number != tries(evaluation.attempts.earlier) + 1:
        raise HostileInput("CERT-E090", "the evaluation counts its attempts otherwise than it lists them")
    check_data(evidence)
    check_counts(plan, evaluation)
    check_looks(evidence)


def _about_one_model(evidence: EvidenceSet) -> None:
    identity = evidence.plan.value.model.identity
    parts: list[Verified[Any] | None] = [
        evidence.plan,
        evidence.evaluation,
        evidence.declaration,
        evidence.contamination,
    ]
    parts += [*evidence.waivers, *evidence.interims]
    if any(part.statement.subject[0].digest.sha256 != identity for part in parts if part is not None):
        raise HostileInput("CERT-E090", "the statements speak of different models")
