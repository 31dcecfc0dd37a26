"""A certificate's PDF, read strictly: every byte is under one signature, and the bundle comes out.

The signature is checked over raw bytes before any of the file is parsed as PDF. Ordinary PDF checks are not
enough: they accept bytes after the end, pages painted over by a later revision, and changes inside the
signature's own place.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import NamedTuple

from certify.errors import CertifyError, HostileInput
from certify.trust.timestamps import moment_of
from certify.verify.pdf_attachments import attached_bundle, foreign
from certify.verify.pdf_chain import check_chain
from certify.verify.pdf_signature import FORM, Signer, read_cms, rejected
from certify.verify.pdf_structure import KIND, content, open_pdf, too_large

MAX_PDF_BYTES = 50 * 1024 * 1024

_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")
_HOLE = re.compile(rb"<(?:[0-9A-F]{2})+>")
_END = b"%%EOF"
SAVED = "CERT-E581"
"""Another program has written the file anew."""
_ORIGINAL = "ask the issuer or the registry for the original file"


class SignedPdf(NamedTuple):
    """What an intact PDF says; whether its signer may issue certificates is for the trust file to tell."""

    bundle: bytes
    """The attached bundle, still to be verified."""
    public_pem: str
    """Public key that signed the PDF, PEM text as in a trust file."""
    keyid: str
    """SHA-256 (hex) of ``public_pem``."""
    chain: tuple[bytes, ...]
    """The X.509 certificates inside, DER: the signer's own first, its root last; only the first key carries weight."""
    authority: str
    """Name of the root of ``chain``, which the signer itself may be; by its own word."""
    cms: bytes
    """The signature object, without padding."""
    signature: bytes
    """The ECDSA signature inside ``cms``, DER: what a timestamp is given for."""
    token: bytes | None
    """Timestamp token (RFC 3161) over ``signature``; its authority is for the trust file to judge."""
    signed_at: str
    """Signing time as the issuer claims it, PDF date."""
    renderer: str | None
    """What drew the pages, as the issuer claims it; absent in files of version 0.1."""
    sha256: str
    """SHA-256 (hex) of the whole file."""

    @property
    def certificate(self) -> bytes:
        """The signer's own X.509 certificate, DER."""
        return self.chain[0]


def read_pdf(data: bytes) -> SignedPdf:
    """The bundle and the signer of a certificate's PDF.

    Raises:
        HostileInput: CERT-E080 not a PDF; CERT-E081 not a certificate of this program; CERT-E082 truncated;
            CERT-E083 something follows the signed part; CERT-E084 changed since it was signed; CERT-E088 too large;
            CERT-E089 certificate layout without a signature; CERT-E130, its timestamp does not hold together;
            CERT-E580 to CERT-E588 signed in another form, or something is in it that no certificate has; CERT-E590,
            its X.509 certificates do not hold together.
    """
    if len(data) > MAX_PDF_BYTES:
        raise too_large(f"it has more than {MAX_PDF_BYTES // 2**20} MiB")
    if not data.startswith(b"%PDF-"):
        raise HostileInput("CERT-E080", "this is not a PDF", "it does not start with %PDF-", "check the file name")
    start, end = _hole(data)
    digest = hashlib.sha256(memoryview(data)[:start])
    digest.update(memoryview(data)[end:])
    contents = bytes.fromhex(data[start + 1 : end - 1].decode("ascii"))
    signer = read_cms(contents, digest.digest())
    try:
        held = content(data, contents, (start, end))
    except CertifyError:
        raise
    except (Exception, RecursionError) as error:  # pyHanko raises many kinds on hostile files
        raise rejected("its structure is not that of a certificate", error) from error
    return SignedPdf(
        bundle=held.bundle,
        public_pem=signer.public_pem,
        keyid=hashlib.sha256(signer.public_pem.encode()).hexdigest(),
        chain=signer.chain,
        authority=_authority(signer, moment_of_pdf(held.signed_at)),
        cms=signer.cms,
        signature=signer.signature,
        token=signer.token,
        signed_at=held.signed_at,
        renderer=held.renderer,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _authority(signer: Signer, signed_at: datetime) -> str:
    """Name of the root, if the certificates held both when it was signed by its own word and when it was stamped."""
    if signer.stamped_at is not None:
        check_chain(signer.chain, moment_of(signer.stamped_at))
    return check_chain(signer.chain, signed_at)


def moment_of_pdf(date: str) -> datetime:
    """The moment of a PDF date as certify writes it, ``D:20261123170005Z``.

    Raises:
        HostileInput: CERT-E583, it is written in another way.
    """
    try:
        if re.fullmatch(r"D:\d{14}Z", date, re.ASCII):
            return datetime.strptime(date, "D:%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise rejected("the time of its signature is not written as certify writes it", code=KIND)


def _hole(data: bytes) -> tuple[int, int]:
    """Offsets of the signature's own place, brackets included; everything else is under the signature."""
    found = list(_RANGE.finditer(data))
    if not found:
        raise _unsigned(data)
    # The last one counts: text on the pages may look like one, and the signature is written after the pages.
    first, second, length = (int(number) for number in found[-1].groups())
    if len(data) < second + length:
        raise _truncated()
    if len(data) > second + length:
        raise HostileInput(
            "CERT-E083",
            f"{len(data) - second - length} bytes were added after the PDF was signed",
            "a later revision can show other pages than the issuer signed",
            _ORIGINAL,
        )
    if not _HOLE.fullmatch(data, first, second):
        raise rejected("the place of its signature is not as certify writes it", code=FORM)
    return first, second


def _unsigned(data: bytes) -> CertifyError:
    """Why no signature of ours was found, as well as the bytes tell."""
    if not data.rstrip().endswith(_END):
        return _truncated()
    try:
        root = open_pdf(data).root
        attached_bundle(root)
        signed = "/AcroForm" in root
    except (Exception, RecursionError):
        return foreign()
    if signed or b"/ByteRange" in data:
        return rejected("its signature is not written as certify writes it: another program saved it", code=SAVED)
    why = "anybody can make such a file"
    return HostileInput("CERT-E089", "the PDF looks like a certificate but carries no signature", why, _ORIGINAL)


def _truncated() -> HostileInput:
    why = "its end is missing, so the signature cannot be checked"
    return HostileInput("CERT-E082", "the PDF is cut off", why, "copy or download it again")
