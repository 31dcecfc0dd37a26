"""The page drawn again from the signed facts: the PDF shows what the statements say, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from certify.errors import EvidenceMissing, HostileInput
from certify.evidence.canonical import sha256_hex
from certify.evidence.certificate import Certificate
from certify.issue.render import render, renderer
from certify.issue.sign import reassemble
from certify.page.page import page_of
from certify.verify.evidence import EvidenceSet
from certify.verify.pdf import SignedPdf, read_pdf
from certify.verify.pdf_archive import take_apart
from certify.verify.pdf_structure import open_pdf


def rerender(
    pdf: bytes, certificate: Certificate, evidence: EvidenceSet, policy: dict[str, Any], logged: str | None = None
) -> tuple[bool, str]:
    """Whether the signed PDF is exactly the page drawn again and its issuer's signature.

    Args:
        pdf: the signed file, archived or not.
        certificate: what it shows.
        evidence: what the certificate rests on.
        policy: the resolved policy of the bundle.
        logged: renderer that the registry's rendering entry names, if it was asked; the file names its own, too.

    Raises:
        EvidenceMissing: CERT-E593, it comes out otherwise, and another renderer drew it: nothing follows.
        HostileInput: CERT-E111, it comes out otherwise under the same renderer: it shows something else.
    """
    created = datetime.strptime(certificate.issued_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    page = page_of(certificate, evidence.evaluation.value.results(), policy)
    original, _ = take_apart(pdf)
    signed = read_pdf(original)
    name = bytes.fromhex(sha256_hex(signed.bundle))[:16]
    drawn = render(page, signed.bundle, identifier=name, created=created, paper=paper_of(original))
    if reassemble(drawn, signed.cms, created) != original:
        raise _otherwise(signed, logged)
    return True, f"{len(drawn):,} bytes drawn again: the PDF is that page and a signature, nothing else"


LETTER_WIDTH = 612
"""Points; A4 is 595 wide. Source: ISO 216 and ANSI Y14.1, in units of PDF."""


def paper_of(pdf: bytes) -> str:
    """The paper that a document was drawn on, by the width of its first page.

    Raises:
        HostileInput: CERT-E083, it is no PDF.
    """
    box = open_pdf(pdf).root["/Pages"]["/Kids"][0]["/MediaBox"]
    return "letter" if round(float(box[2])) == LETTER_WIDTH else "a4"


def _otherwise(signed: SignedPdf, logged: str | None) -> HostileInput | EvidenceMissing:
    """Why the bytes differ, as far as the renderers tell.

    Only a renderer that is the same in file, registry and here leaves the content as the cause. An issuer who names
    another one gains nothing: the audit then says that it could not be done, never that the page agrees.
    """
    here = renderer()
    named = next((one for one in (signed.renderer, logged) if one is not None and one != here), None)
    if named is None and (signed.renderer or logged):
        return HostileInput(
            "CERT-E111",
            "drawn again here by the same programs and fonts, the page comes out otherwise",
            "it shows something that its statements do not say",
            "do not rely on the pages; the bundle inside can be checked on its own",
        )
    return EvidenceMissing(
        "CERT-E593",
        "drawn again here the page comes out otherwise, and other programs or fonts drew it",
        f"it was drawn by {named or 'an unnamed renderer'}; here: {here}",
        "install those versions and audit again",
    )
