"""The page drawn again from the signed facts: the PDF shows what the statements say, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from certify.errors import HostileInput
from certify.evidence.canonical import sha256_hex
from certify.evidence.certificate import Certificate
from certify.issue.render import render, renderer
from certify.issue.sign import reassemble
from certify.page.page import page_of
from certify.verify.evidence import EvidenceSet
from certify.verify.pdf import read_pdf
from certify.verify.pdf_structure import open_pdf


def rerender(pdf: bytes, certificate: Certificate, evidence: EvidenceSet, policy: dict[str, Any]) -> tuple[bool, str]:
    """Whether the signed PDF is exactly the page drawn again and its issuer's signature.

    Raises:
        HostileInput: CERT-E111, it shows something else, or another version of the renderer drew it.
    """
    created = datetime.strptime(certificate.issued_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    page = page_of(certificate, evidence.evaluation.value.results(), policy)
    signed = read_pdf(pdf)
    name = bytes.fromhex(sha256_hex(signed.bundle))[:16]
    drawn = render(page, signed.bundle, identifier=name, created=created, paper=paper_of(pdf))
    if reassemble(drawn, signed.cms, created) != pdf:
        raise HostileInput(
            "CERT-E111",
            "drawn again here, the page comes out otherwise",
            f"either it shows something its statements do not say, or another renderer drew it; here: {renderer()}",
            "compare with the renderer named in the registry's rendering entry",
        )
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
