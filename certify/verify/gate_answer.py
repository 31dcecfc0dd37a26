"""What a gate is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from certify.decide import LoadedPolicy
from certify.decide.lacks import Lack
from certify.evidence.base import Value
from certify.evidence.certificate import Level
from certify.evidence.decision import RuleOutcome, Verdict
from certify.evidence.model import ModelIdentity, TestedConfiguration
from certify.evidence.plan import PolicyReference
from certify.verify.lock import Lock
from certify.verify.result import CertificateVerdict, CheckLine


class GateVerdict(StrEnum):
    """Whether the pipeline may go on."""

    OPEN = "open"
    CLOSED = "closed"
    UNDECIDED = "undecided"


class BytesSource(StrEnum):
    """What stands for the model's bytes."""

    READ = "read"
    REMEMBERED = "remembered"
    NAMED = "named"
    LOCKED = "locked"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Asked:
    """What the reader holds a certificate against."""

    policy: LoadedPolicy
    """The reader's policy."""
    at: str
    """The one time that is looked at, RFC 3339 UTC."""
    identity: str | None
    """Identity of the model that is to be released; absent where only a serial is known."""
    source: BytesSource
    """How that identity is known."""
    where: str = ""
    """The model's folder or file, as the reader names it."""
    size: str = ""
    """Files and bytes found there, in words."""
    serial: str | None = None
    """The one certificate that will do."""
    minimum_level: Level = Level.SELF_DECLARED
    """Lowest acceptable assurance level."""
    lock: Lock | None = None
    """What was fixed earlier."""


class GateResult(Value):
    """The answer for a release pipeline, and everything behind it."""

    verdict: GateVerdict
    """open, closed or undecided."""
    reason: str
    """Why, in a sentence."""
    code: str | None = None
    """Error code of the first thing that is wrong, if any."""
    certificate_verdict: CertificateVerdict | None = None
    """What a stranger's check of the certificate says; absent where there is none."""
    serial: str | None = None
    """The certificate."""
    signer: str | None = None
    """Who signed it, as the trust file names the key's holder."""
    level: int | None = None
    """Assurance level, computed anew."""
    development: bool = False
    """Whether development keys signed: never to be relied on."""
    trust_fingerprint: str | None = None
    """Which trust file was used."""
    identity: str | None = None
    """Identity of the model that is to be released."""
    bytes_from: BytesSource
    """read: every byte; remembered: some digests were; named, locked or nobody: no file was looked at."""
    model: ModelIdentity | None = None
    """The certified model."""
    configuration: TestedConfiguration | None = None
    """The conditions that the certificate speaks of."""
    certificate_sha256: str | None = None
    """Payload digest of the certificate statement."""
    valid_until: str | None = None
    """When the certificate ends."""
    policy: PolicyReference
    """The reader's policy."""
    issuers_policy: PolicyReference | None = None
    """The policy that the issuer decided under."""
    decision: Verdict | None = None
    """What the reader's policy comes to on the certificate's evidence; absent where that cannot be believed."""
    rules: tuple[RuleOutcome, ...] = ()
    """Rule by rule."""
    lacks: tuple[Lack, ...] = ()
    """What rules of the policy need and the evidence does not hold."""
    checks: tuple[CheckLine, ...] = ()
    """Every check, in the order made."""


def no_certificate(asked: Asked, why: str) -> GateResult:
    """The answer where no certificate is at hand."""
    return GateResult(
        verdict=GateVerdict.UNDECIDED,
        reason=why,
        code="CERT-E162",
        serial=asked.serial,
        identity=asked.identity,
        bytes_from=asked.source,
        policy=asked.policy.reference,
    )
