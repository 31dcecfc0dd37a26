"""What a verification gives: its verdict with every check, and what was verified on the way."""

from __future__ import annotations

from dataclasses import dataclass

from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, Level
from certify.trust.verified import Verified
from certify.verify.document import Document
from certify.verify.evidence import EvidenceSet
from certify.verify.result import CertificateVerdict, CheckLine


class Verification(Value):
    """The verdict and every check behind it."""

    verdict: CertificateVerdict
    """What the reader may conclude."""
    serial: str | None = None
    """The certificate, when it could be read."""
    level: int | None = None
    """Assurance level, computed anew."""
    signer: str | None = None
    """Who signed, as the trust file names the key's holder."""
    trust_fingerprint: str | None = None
    """Which trust file was used."""
    policy: str | None = None
    """By which policy."""
    policy_sha256: str | None = None
    """Digest of that policy."""
    development: bool = False
    """Whether development keys signed: never to be relied on."""
    checks: tuple[CheckLine, ...]
    """Every check, in the order made."""


@dataclass(frozen=True)
class Opened:
    """What the checks of signatures and form established; the verdict tells whether the rest holds, too."""

    document: Document
    """The file."""
    certificate: Verified[Certificate]
    """The certificate, signed by an issuer."""
    evidence: EvidenceSet
    """The statements it rests on, each signed in the role that may sign it."""
    level: Level
    """Assurance level that follows from who signed."""


@dataclass(frozen=True)
class Examination:
    """A verification, and what was verified for whoever decides anew."""

    verification: Verification
    """The verdict and every check."""
    opened: Opened | None
    """The certificate and its evidence; absent where signatures or form do not hold."""
