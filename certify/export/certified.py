"""A verified certificate, ready to be told in other people's formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from certify.errors import EvidenceMissing, HostileInput
from certify.evidence.certificate import Certificate, Level
from certify.evidence.decision import RuleOutcome, RuleStatus
from certify.evidence.results.estimates import Estimate
from certify.evidence.statement import CERTIFICATE
from certify.trust.trustfile import TrustFile
from certify.verify.chain import prove
from certify.verify.document import Document
from certify.verify.evidence import EvidenceSet
from certify.verify.result import CertificateVerdict, Result
from certify.verify.verification import Examination


@dataclass(frozen=True)
class Certified:
    """What exports are made from; every part was verified under the reader's trust file."""

    certificate: Certificate
    """The issuer's claim."""
    sha256: str
    """Payload digest of the certificate statement."""
    level: Level
    """Assurance level, computed anew."""
    party: str
    """Who signed, as the trust file names the key's holder."""
    verdict: CertificateVerdict
    """What a stranger's check came to; never ``invalid``."""
    at: str
    """The time that was asked about, RFC 3339 UTC."""
    log: str
    """Name of the log."""
    log_index: int
    """The certificate's place in it."""
    evidence: EvidenceSet
    """The statements it rests on."""
    document: Document
    """The file, with the decision as signed."""
    skipped: tuple[str, ...]
    """Checks of the verification that could not be made, and what they need."""


class Measure(NamedTuple):
    """A share with its interval, as a result states it."""

    check: str
    """Id of the check."""
    name: str
    """Which of the check's shares."""
    estimate: Estimate
    """The share."""


def certified(examined: Examination, trust: TrustFile | None, at: str) -> Certified:
    """The certificate of an examination that established its signatures.

    Args:
        examined: the examined certificate.
        trust: the trust file it was examined under.
        at: the time it was examined for.

    Raises:
        EvidenceMissing: CERT-E185, no trust file was named, so nobody vouches for what would be exported.
        HostileInput: CERT-E186, something about the certificate is wrong.
    """
    opened, found = examined.opened, examined.verification
    if trust is None:
        raise EvidenceMissing(
            "CERT-E185",
            "nothing is exported: nobody vouches for the certificate",
            "an export is passed on without its signatures, so it is made only under a trust file",
            "name one with --trust FILE",
        )
    if opened is None or found.verdict is CertificateVerdict.INVALID:
        broken = next((line for line in found.checks if line.result is Result.FAIL), None)
        why = f"{broken.id}: {broken.detail}" if broken else "it could not be established"
        raise HostileInput("CERT-E186", "nothing is exported: the certificate is not in order", why,
                           "certify verify CERT shows every check")  # fmt: skip
    own = prove(opened.document.certificate, opened.document.file.certificate_proof, trust)
    return Certified(
        certificate=opened.certificate.value,
        sha256=opened.document.certificate.payload_sha256,
        level=opened.level,
        party=opened.certificate.party,
        verdict=found.verdict,
        at=at,
        log=own.origin,
        log_index=own.index,
        evidence=opened.evidence,
        document=opened.document,
        skipped=tuple(f"{line.id}: {line.detail}" for line in found.checks if line.result is Result.SKIP),
    )


def standing(found: Certified) -> str:
    """What was found of the certificate, and when."""
    words = f"{found.verdict.value.replace('_', ' ')} when verified at {found.at}"
    return f"{words}; made with development keys, never to be relied on" if found.certificate.development else words


def notice(found: Certified) -> str:
    """Whose words an export holds, and what it is worth."""
    return (
        f"The words and numbers here are those of the issuer, {found.party}, or of those it names; this export adds "
        f"no claim. Only the signed certificate {found.certificate.serial} counts. It says what was tested and what "
        "was found; whether a law or a standard is met is for people to judge."
    )


def particulars(found: Certified) -> dict[str, str]:
    """Which certificate, for how long, how independent, and where it is logged."""
    certificate = found.certificate
    return {
        "serial": certificate.serial,
        "standing": standing(found),
        "certificate digest": f"sha256:{found.sha256}",
        "issuer": found.party,
        "level": f"L{int(found.level)}",
        "model": certificate.model.name,
        "model identity": f"sha256:{certificate.model.identity}",
        "policy": f"{certificate.policy.id} {certificate.policy.version}, digest {certificate.policy.sha256}",
        "valid": f"{certificate.valid_from} to {certificate.valid_until}",
        "logged": f"{found.log}, entry {found.log_index}",
        "status": certificate.status_location,
    }


def unsaid(found: Certified) -> tuple[str, ...]:
    """What was not checked, by the issuer and by the verification, and what a reader must know."""
    missing = (f"{gap.check}: {gap.reason}" for gap in found.certificate.not_checked)
    return (*missing, *found.certificate.caveats, *found.skipped)


def seen(rule: RuleOutcome) -> str:
    """What was seen of a rule, with the waiver it rests on."""
    waiver = rule.waiver
    if waiver is None:
        return rule.message
    why = f"waived by {waiver.approver} until {waiver.expires_at}: {waiver.reason} ({waiver.ticket})"
    return f"{rule.message}; {why}"


def open_rules(found: Certified) -> tuple[str, ...]:
    """Every rule of the policy that is not plainly met, with what was seen."""
    rules = [rule for rule in found.certificate.rules if rule.status is not RuleStatus.MET]
    return tuple(f"Rule {rule.id} is {rule.status.value.replace('_', ' ')}: {seen(rule)}" for rule in rules)


def measures(found: Certified) -> tuple[Measure, ...]:
    """Every share with an interval that the evaluation states, check by check."""
    return tuple(
        Measure(check, field, value)
        for check, result in found.evidence.evaluation.value.results().items()
        for field in type(result).model_fields
        if isinstance(value := getattr(result, field), Estimate)
    )


def name_of(found: Certified, part: str) -> UUID:
    """A UUID that names a part of an export; the same certificate and part, the same UUID. Source: RFC 9562, 5.5."""
    return uuid5(NAMESPACE_URL, f"{CERTIFICATE}/{found.certificate.serial}/{found.sha256}/{part}")
