"""What a certificate's PDF carries besides its pages, all of it a function of the bundle.

The bundle is the one truth. Two parts of it, which other people's tools read, are attached a second time under names
of their own, and serial and digest stand in the metadata. Whoever draws the file writes them from here, and whoever
reads it compares them with what comes out here: no part of the file can say anything of its own.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes, sha256_hex
from certify.evidence.certificate import SERIAL_PATTERN, CertificateFile
from certify.trust.bundle import parse_bundle, statement_of

BUNDLE_NAME = "bundle.json"
"""The whole bundle."""
STATEMENT_NAME = "certificate.sigstore.json"
"""The certificate statement alone, a Sigstore bundle, for tools that read those."""
PROOF_NAME = "certificate.tlog-proof"
"""Its log proof, for tools that read C2SP tlog-proof."""


class Attached(NamedTuple):
    """One attached file."""

    name: str
    """As viewers list it."""
    content: bytes
    """Every byte."""
    media_type: str
    """Source: IANA media types; ISO 19005-3:2012, clause 6.8 asks for one."""
    relationship: Literal["Data", "Supplement"]
    """Data: the pages are drawn from it. Supplement: the same, easier to use. Source: ISO 32000-2:2020, 7.11.3."""
    description: str
    """What viewers show beside the name."""


class Contents(NamedTuple):
    """What the PDF of a bundle carries."""

    serial: str
    """The certificate, as it claims; nothing of it is verified here."""
    bundle_sha256: str
    """Digest of the bundle, hexadecimal."""
    attachments: tuple[Attached, ...]
    """In the order of their names, as a name tree needs it."""


def bundle_attachment(bundle: bytes) -> Attached:
    """The bundle as it is attached to every PDF."""
    told = "Signed certificate, its evidence statements and log proofs: what this document shows"
    return Attached(BUNDLE_NAME, bundle, "application/json", "Data", told)


def contents_of(bundle: bytes) -> Contents:
    """What the PDF of a certificate's bundle must carry.

    Raises:
        HostileInput: CERT-E043 to CERT-E049, it is no bundle; CERT-E081, it holds no certificate.
    """
    file = CertificateFile.from_bytes(bundle, name="certificate bundle")
    serial = statement_of(parse_bundle(file.certificate, name="certificate")).predicate.get("serial")
    if not isinstance(serial, str) or not re.match(SERIAL_PATTERN, serial):
        raise HostileInput("CERT-E081", "this bundle holds no certificate")
    statement = Attached(
        STATEMENT_NAME,
        canonical_bytes(file.certificate),
        "application/json",
        "Supplement",
        "The certificate statement alone, a Sigstore bundle; the same as in bundle.json",
    )
    proof = Attached(
        PROOF_NAME,
        file.certificate_proof.encode("utf-8"),
        "text/plain",
        "Supplement",
        "Proof that the log holds the certificate, C2SP tlog-proof; the same as in bundle.json",
    )
    return Contents(serial, sha256_hex(bundle), (bundle_attachment(bundle), statement, proof))
