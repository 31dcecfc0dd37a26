"""The signed decision as other people's policy engines read it: a SLSA verification summary."""

from __future__ import annotations

import json

from certify.evidence.statement import VSA
from certify.export.certified import Certified
from certify.trust.bundle import Bundle, statement_of


def vsa(found: Certified, *, signed: bool = True) -> str:
    """The decision of a certificate, whose signature and role were verified.

    Args:
        found: the certificate.
        signed: whether as the DSSE envelope that the issuer signed, or the statement alone. The envelope is as
            signed, to the byte of its payload; the statement is its payload.

    Source: SLSA Verification Summary Attestation v1; DSSE v1, envelope.
    """
    decision = _decision(found)
    if not signed:
        return decision.payload.decode("utf-8") + "\n"
    return json.dumps(decision.document["dsseEnvelope"], indent=2) + "\n"


def _decision(found: Certified) -> Bundle:
    """The one decision: that there is one was checked with the certificate."""
    return next(one for one in found.document.statements.values() if statement_of(one).predicate_type == VSA)
