"""Timestamps on signatures (RFC 3161): that an authority saw a signature at a time, under a reader's own roots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import Field

from certify.errors import HostileInput
from certify.evidence.base import StrictValue
from certify.evidence.canonical import sha256_hex
from certify.trust.token_checks import Token, unusable
from certify.trust.tokens import read_response, read_token, response_of

SKEW = timedelta(minutes=5)
"""How far clocks of honest parties may be apart. Source: RFC 4120 section 8.2, acceptable clock skew."""
MAX_CHAIN = 4
"""Certificates of one root entry: the root and those between it and the authority's own."""


class TimestampRoot(StrictValue):
    """Whose timestamps count."""

    pem: str = Field(max_length=16384)
    """The root certificate in PEM, followed by those between it and the authority's own, if there are any."""
    party: str = Field(min_length=1, max_length=300)
    """Who runs the authority; the issuer's own proves order, not honest time."""

    @property
    def short_fingerprint(self) -> str:
        """The first 64 bits of the SHA-256 of the entry's text."""
        return sha256_hex(self.pem.encode("utf-8"))[:16]


@dataclass(frozen=True)
class Timestamp:
    """A signature existed at this time, on the word of an authority that the reader trusts."""

    time: str
    """RFC 3339 UTC, whole seconds."""
    party: str
    """Who runs the authority, as the trust file names it."""
    authority: str
    """Name of the authority by its own certificate."""
    policy: str
    """Object identifier of the rules it says it follows."""
    serial: int
    """Number of the token at its authority."""


class Timestamper(Protocol):
    """Whoever can have bytes timestamped."""

    def __call__(self, signed: bytes) -> bytes:
        """A granted ``TimeStampResp`` over ``signed``, DER, in the one form that is stored."""
        ...


def verify_timestamp(response: bytes, signed: bytes, roots: Sequence[TimestampRoot]) -> Timestamp:
    """When an authority under one of the roots saw ``signed``; certificates are valid as of that time.

    Args:
        response: stored ``TimeStampResp``, DER.
        signed: raw bytes of the signature that was stamped.
        roots: of the reader's trust file.

    Raises:
        HostileInput: CERT-E130, malformed, given for other bytes, not by an authority under these roots, or one whose
            certificates were not valid at the time it states.
    """
    return _under_roots(read_response(response, signed), response, signed, roots)


def verify_token(token: bytes, signed: bytes, roots: Sequence[TimestampRoot]) -> Timestamp:
    """The same for a bare token, as PDFs carry it."""
    return _under_roots(read_token(token, signed), response_of(token), signed, roots)


def moment_of(time: str) -> datetime:
    """The moment of an RFC 3339 UTC time with whole seconds.

    Raises:
        HostileInput: CERT-E045, not a date of the calendar.
    """
    try:
        return datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise HostileInput("CERT-E045", f"{time[:40]} is not a date of the calendar") from error


def _under_roots(found: Token, response: bytes, signed: bytes, roots: Sequence[TimestampRoot]) -> Timestamp:
    root = next((root for root in roots if _chains(response, signed, root)), None)
    if root is None:
        raise unusable(
            f"no timestamp authority of the trust file vouches for {found.authority!r} at {found.time}",
        )
    return Timestamp(found.time, root.party, found.authority, found.policy, found.serial)


def _chains(response: bytes, signed: bytes, root: TimestampRoot) -> bool:
    """Whether the token's certificates lead to the root, all valid at the token's time. Source: RFC 5280 section 6."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    builder = VerifierBuilder()
    try:
        for certificate in certificates_of(root.pem):
            builder = builder.add_root_certificate(certificate)
        return bool(builder.build().verify_message(decode_timestamp_response(response), signed))
    except (VerificationError, ValueError):
        return False


def certificates_of(pem: str) -> list[Any]:
    """The certificates of a root entry.

    Raises:
        ValueError: in a sentence, why they cannot be used.
    """
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii"))
        authorities = [one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca for one in found]
    except Exception as error:  # the parser raises several kinds on hostile bytes; all mean the same here
        raise ValueError("the certificate cannot be read as that of a certificate authority") from error
    if not all(authorities) or not 1 <= len(found) <= MAX_CHAIN:
        raise ValueError(f"a root is one to {MAX_CHAIN} certificates, each of a certificate authority")
    if len(set(found)) != len(found):
        raise ValueError("a certificate is named twice")
    if found[0].issuer != found[0].subject:
        raise ValueError("the first certificate is not a root: somebody else issued it")
    return found
