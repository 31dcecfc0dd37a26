"""The page drawn again from the signed facts: the PDF shows what the statements say, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from certify.errors import HostileInput
from certify.evidence.canonical import sha256_hex
from certify.evidence.certificate import Certificate
from certify.issue.page import page_of
from certify.issue.render import render, renderer
from certify.trust.trustfile import TrustFile
from certify.verify.evidence import EvidenceSet


def rerender(
    pdf: bytes, attachment: bytes, certificate: Certificate, evidence: EvidenceSet, trust: TrustFile
) -> tuple[bool, str]:
    """Whether the signed PDF begins with exactly the page drawn again.

    Raises:
        HostileInput: CERT-E111, it shows something else, or another version of the renderer drew it.
    """
    parties = {keyid: key.party for keyid, key in trust.keys.items()}
    created = datetime.strptime(certificate.issued_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    page = page_of(certificate, evidence.evaluation.value.results(), parties)
    drawn = render(page, attachment, identifier=bytes.fromhex(sha256_hex(attachment))[:16], created=created)
    if not pdf.startswith(drawn):
        raise HostileInput(
            "CERT-E111",
            "drawn again here, the page comes out otherwise",
            f"either it shows something its statements do not say, or another renderer drew it; here: {renderer()}",
            "compare with the renderer named in the registry's rendering entry",
        )
    return True, f"{len(drawn):,} bytes drawn again, byte for byte the signed page"
