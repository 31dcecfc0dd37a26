"""The lock file: what a pipeline expects, fixed once by somebody who looked, and kept beside the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import Field

from certify.errors import CertifyError, TrustError, UsageError
from certify.evidence.base import Sha256, StrictValue
from certify.evidence.certificate import SERIAL_PATTERN
from certify.evidence.plan import PolicyReference
from certify.files import read_file
from certify.trust.trustfile import TrustFile

SCHEMA: Literal["certify/lock/v1"] = "certify/lock/v1"
MAX_LOCK = 64 * 1024


class LockedModel(StrictValue):
    """Which model may be released."""

    name: str = Field(min_length=1, max_length=300)
    """Its name; the digest alone identifies it."""
    identity: Sha256
    """SHA-256 of its manifest."""


class LockedCertificate(StrictValue):
    """Which certificate answers for it."""

    serial: str = Field(pattern=SERIAL_PATTERN)
    """Its serial."""
    sha256: Sha256
    """Payload digest of the certificate statement."""
    file: str | None = Field(default=None, min_length=1, max_length=1000)
    """Where it lies, seen from the lock file's folder; absent where it comes out of a registry."""


class LockedPolicy(StrictValue):
    """Which policy decides."""

    id: str = Field(min_length=1, max_length=100)
    """Its id."""
    version: str = Field(min_length=1, max_length=100)
    """Its version."""
    sha256: Sha256
    """Digest of everything in it that decides."""
    source: str = Field(min_length=1, max_length=1000)
    """A shipped id, or where the policy lies, seen from the lock file's folder."""


class LockedTrust(StrictValue):
    """Which trust file was used."""

    name: str = Field(max_length=300)
    """Its name."""
    version: int = Field(ge=1)
    """Its version."""
    fingerprint: Sha256
    """Digest of the whole file."""


class Lock(StrictValue):
    """``certify.lock``: model, certificate, policy and trust file of one release."""

    schema_: Literal["certify/lock/v1"] = Field(default=SCHEMA, alias="schema")
    """Names this form and its version."""
    model: LockedModel
    """The model."""
    certificate: LockedCertificate
    """Its certificate."""
    policy: LockedPolicy
    """What decides."""
    trust_file: LockedTrust
    """Whose signatures counted."""

    def to_text(self) -> bytes:
        """The file: JSON with sorted keys, one value a line, so that a change shows in a review."""
        return (json.dumps(self.document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def load(cls, path: Path) -> Lock:
        """The lock at a path.

        Raises:
            UsageError: CERT-E012, it cannot be read; CERT-E160, it is no lock file of a form known here.
        """
        data = read_file(path, max_bytes=MAX_LOCK)
        try:
            return cls.from_bytes(data, name=str(path))
        except CertifyError as error:
            raise unusable(f"{path} is no lock file that this version can read", error.what) from error

    def require_policy(self, found: PolicyReference) -> None:
        """Returns if the reader's policy is the one locked.

        Raises:
            UsageError: CERT-E160, it is another, or has been changed.
        """
        if found.sha256 != self.policy.sha256:
            wanted, here = f"{self.policy.id} {self.policy.version}", f"{found.id} {found.version}"
            changed = "its rules have changed since" if wanted == here else f"it is {here} now"
            raise unusable(f"the lock file is for the policy {wanted}, and {changed}", "")

    def require_trust(self, found: TrustFile) -> None:
        """Returns if the reader's trust file is the one locked.

        Raises:
            TrustError: CERT-E161, it is another.
        """
        if found.fingerprint != self.trust_file.fingerprint:
            raise TrustError(
                "CERT-E161",
                f"the trust file {found.name}, version {found.version}, fingerprint {found.fingerprint[:16]}, is not "
                f"the one in the lock file: version {self.trust_file.version}, {self.trust_file.fingerprint[:16]}",
                "whose signatures count was fixed when the lock file was written",
                "name that trust file; or look at the new one and write the lock file again",
            )


def unusable(what: str, why: str) -> UsageError:
    """The error for a lock file that is no longer, or never was, one to decide by."""
    hint = "look at what has changed, then write it again: certify gate MODEL --certificate FILE --write-lock FILE"
    return UsageError("CERT-E160", what, why or "it was fixed by somebody who looked, and nothing replaces that", hint)
