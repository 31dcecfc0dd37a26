"""The signed decision as other people's policy engines read it: a SLSA verification summary."""

from __future__ import annotations

import json

from certify.errors import HostileInput
from certify.evidence.statement import VSA
from certify.export.certified import Certified, standing
from certify.trust.bundle import Bundle, statement_of
from certify.verify.result import CertificateVerdict

_STANDING = (CertificateVerdict.VALID, CertificateVerdict.STALE, CertificateVerdict.INCOMPLETE)


def vsa(found: Certified, *, signed: bool = True) -> str:
    """The decision of a certificate, whose signature and role were verified.

    Args:
        found: the certificate.
        signed: whether as the DSSE envelope that the issuer signed, or the statement alone. The envelope is as
            signed, to the byte of its payload; the statement is its payload.

    Raises:
        HostileInput: CERT-E186, the certificate no longer stands, or not yet, which a summary has no place to say.

    Source: SLSA Verification Summary Attestation v1; DSSE v1, envelope.
    """
    if found.verdict not in _STANDING:
        raise HostileInput(
            "CERT-E186",
            "no summary is exported of this certificate",
            f"it is {standing(found)}, and a summary would still say PASSED",
            "certify verify CERT shows every check",
        )
    decision = _decision(found)
    if not signed:
        return decision.payload.decode("utf-8") + "\n"
    return json.dumps(decision.document["dsseEnvelope"], indent=2) + "\n"


def _decision(found: Certified) -> Bundle:
    """The one decision: that there is one was checked with the certificate."""
    return next(one for one in found.document.statements.values() if statement_of(one).predicate_type == VSA)
