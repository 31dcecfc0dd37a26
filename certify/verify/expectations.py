"""What a reader wants to know beyond the certificate itself, and the checks that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certify.errors import HostileInput
from certify.evidence.certificate import Certificate, Level
from certify.evidence.plan import PolicyReference
from certify.verify.result import Checklist
from certify.verify.standing import moment


@dataclass(frozen=True)
class Expectations:
    """What a reader wants to know beyond the certificate itself."""

    at: str
    """The one time the verification looks at, RFC 3339 UTC."""
    model: Path | None = None
    """Folder that should hold the certified model."""
    policy: str | None = None
    """Id of the policy the reader insists on."""
    policy_sha256: str | None = None
    """Digest of that policy as the reader has it; absent when the reader has no copy."""
    minimum_level: Level = Level.SELF_DECLARED
    """Lowest acceptable assurance level."""
    maximum_status_age_days: int | None = None
    """Oldest acceptable answer about withdrawal."""
    rerun: bytes | None = None
    """Bundle of a second party's rerun, untrusted."""
    status_lists: bytes | None = None
    """Status lists of the certificate's log, untrusted."""
    minimum_witnesses: int = 0
    """How many witnesses must have cosigned the log, beside what the trust file asks for."""

    def __post_init__(self) -> None:
        """Refuse a time that could only be compared letter by letter.

        Raises:
            UsageError: CERT-E011, ``at`` is not a time like 2026-11-23T12:00:00Z.
        """
        moment(self.at)


def check_validity(certificate: Certificate, expectations: Expectations, checks: Checklist) -> None:
    """Whether the certificate is valid at the time asked about."""
    span = f"{certificate.valid_from} to {certificate.valid_until}"
    if certificate.valid_from <= expectations.at < certificate.valid_until:
        checks.passed("validity", span)
    else:
        checks.failed("validity", f"valid {span}; asked about {expectations.at}", "CERT-E093")


def check_model(certificate: Certificate, expectations: Expectations, checks: Checklist) -> None:
    """Whether a folder holds exactly the certified model."""
    if expectations.model is None:
        checks.skipped("model", "no folder given; name it with --model DIR")
        return
    folder = expectations.model
    checks.attempt("model", lambda: _same_model(folder, certificate))


def _same_model(folder: Path, certificate: Certificate) -> tuple[bool, str]:
    from certify.identify import read_model

    found = read_model(folder, name=certificate.model.name).identity
    if found.identity != certificate.model.identity:
        same_weights = found.weights_digest == certificate.model.weights_digest
        detail = "the weights are the same, other files differ" if same_weights else "the weights differ"
        raise HostileInput("CERT-E097", f"{folder} is not the certified model: {detail}")
    return True, f"{found.files} files in {folder}, byte for byte the certified ones"


def check_expectations(policy: PolicyReference, level: Level, expectations: Expectations, checks: Checklist) -> None:
    """Whether policy and level are what the reader insists on."""
    if expectations.policy is None:
        checks.skipped("policy", f"{policy.id} {policy.version}; insist on one with --policy P")
    elif policy.id != expectations.policy:
        checks.failed("policy", f"decided under {policy.id}, not {expectations.policy}", "CERT-E094")
    elif expectations.policy_sha256 not in (None, policy.sha256):
        checks.failed("policy", f"modified pack: {policy.id} {policy.version} differs from your copy", "CERT-E094")
    else:
        checks.passed("policy", f"{policy.id} {policy.version}")
    if level < expectations.minimum_level:
        checks.failed("level", f"L{int(level)}; you ask for L{int(expectations.minimum_level)}", "CERT-E095")
    else:
        checks.passed("level", f"L{int(level)}")
