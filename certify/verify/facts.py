"""Checks that what a certificate prints is what its evidence and its policy say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from certify.decide import LoadedPolicy, Policy
from certify.errors import HostileInput
from certify.evidence.certificate import Certificate, Level, serial_for
from certify.evidence.contamination import data_seen
from certify.evidence.decision import Decision
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified
from certify.verify.evidence import EvidenceSet

TIME = "%Y-%m-%dT%H:%M:%SZ"


def check_facts(
    certificate: Certificate, evidence: EvidenceSet, decision: Verified[Decision], level: Level, trust: TrustFile
) -> str:
    """What the certificate says is what its evidence says.

    Raises:
        HostileInput: CERT-E090, a fact differs.
    """
    plan, evaluation = evidence.plan.value, evidence.evaluation.value
    attempts, counted = certificate.attempts, evaluation.attempts
    pairs = {
        "model": (certificate.model, plan.model),
        "model decided on": (decision.statement.subject[0].digest.sha256, plan.model.identity),
        "tested configuration": (certificate.configuration, evaluation.configuration),
        "rules": (certificate.rules, decision.value.rules),
        "clauses": (certificate.clauses, decision.value.clauses),
        "time of decision": (certificate.decided_at, decision.value.decided_at),
        "training data": (certificate.datasets, plan.datasets),
        "extent of the data examined": (certificate.data_examined, data_seen(plan.data_examined, evaluation.results())),
        "source of the seed": (certificate.entropy, plan.entropy.kind),
        "attempt": (attempts.number, counted.number),
        "number of attempts": (attempts.total, max(attempts.total, counted.number)),
        "word about hidden attempts": (attempts.excludable, counted.excludable),
        "checks not run": (certificate.not_checked, evaluation.not_run),
        "declaration": (certificate.declaration, evidence.declaration.value if evidence.declaration else None),
        "serial": (certificate.serial, serial_for(decision.payload_sha256)),
        "assurance level": (certificate.level, level),
        "development mark": (certificate.development, trust.environment == "development"),
    }
    if attempts.excludable:
        raise HostileInput("CERT-E090", "the certificate excludes hidden attempts, which no log shows to this version")
    _check_renewal(certificate)
    for name, (said, found) in pairs.items():
        if said != found:
            raise HostileInput("CERT-E090", f"the {name} on the certificate is not what the evidence says")
    return f"{len(pairs)} facts on the certificate follow from the evidence"


def _check_renewal(certificate: Certificate) -> None:
    """What a renewal says it takes over is among its evidence; that the former certificate had it, too, is its word."""
    renewal, held = certificate.renewal, {one.payload_sha256 for one in certificate.evidence}
    if renewal is not None and (renewal.serial == certificate.serial or not held.issuperset(renewal.reused)):
        raise HostileInput("CERT-E090", "the certificate renews itself, or takes over what it does not hold")


def check_term(certificate: Certificate, policy: LoadedPolicy) -> None:
    """Returns if validity begins with the issue, after the decision, and ends when policy and waivers say at latest.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    decided, issued = _moment(certificate.decided_at), _moment(certificate.issued_at)
    start, end = _moment(certificate.valid_from), _moment(certificate.valid_until)
    if not decided <= issued <= start < end:
        raise HostileInput("CERT-E090", "the certificate's times of decision, issue and validity are out of order")
    ends = [(rule.waiver.expires_at, rule.id) for rule in certificate.rules if rule.waiver is not None]
    if ends and end > _moment(min(ends)[0]):
        raise HostileInput("CERT-E090", f"the certificate outlives the waiver of {min(ends)[1]}, on which it rests")
    if end - start > timedelta(days=policy.policy.validity_days):
        raise HostileInput(
            "CERT-E090", f"the certificate claims more than the {policy.policy.validity_days} days its policy allows"
        )
    due = surveillance_due(policy.policy, certificate.valid_from, certificate.valid_until)
    if certificate.next_surveillance != due:
        raise HostileInput(
            "CERT-E090",
            f"the certificate names {certificate.next_surveillance or 'no day'} for its next surveillance, and its "
            f"policy {due or 'asks for none'}",
        )


def surveillance_due(policy: Policy, start: str, end: str) -> str | None:
    """By when a model certified from ``start`` is to be tested again; None where the certificate ends before that."""
    if policy.surveillance_days is None:
        return None
    due = _moment(start) + timedelta(days=policy.surveillance_days)
    return due.strftime(TIME) if due < _moment(end) else None


def _moment(time: str) -> datetime:
    try:
        return datetime.strptime(time, TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise HostileInput("CERT-E045", f"{time} is not a date of the calendar") from error
