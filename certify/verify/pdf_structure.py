"""The PDF objects of a certificate: its form, its one signature and its one attachment."""

from __future__ import annotations

import io
import zlib
from typing import Any

from certify.errors import HostileInput
from certify.verify.pdf_signature import FIELD_NAME, SUBFILTER, rejected

MAX_BUNDLE_BYTES = 64 * 1024 * 1024
ATTACHMENT_NAME = "bundle.json"

REVISIONS = 2
"""The page, and the signature on it."""


def open_pdf(data: bytes) -> Any:
    """A pyHanko reader with bounds on what compressed streams may grow to."""
    from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
    from pyhanko.pdf_utils.reader import PdfFileReader

    limits = DecodeLimits(
        per_stream=StreamDecodeLimits(max_output_size=MAX_BUNDLE_BYTES),
        document_budget=DocumentDecodeBudget(base_allowance=2 * MAX_BUNDLE_BYTES, max_ratio=10),
    )
    return PdfFileReader(io.BytesIO(data), strict=True, decode_limits=limits)


def content(data: bytes, contents: bytes, hole: tuple[int, int]) -> tuple[bytes, str]:
    """The bundle and the claimed signing time, once the PDF's structure agrees with its raw bytes.

    Args:
        data: the whole file.
        contents: bytes of the signature entry, padding included.
        hole: offsets of the signature entry, brackets included.

    Raises:
        HostileInput: CERT-E081, CERT-E084 or CERT-E088; and whatever pyHanko raises on a malformed file.
    """
    reader = open_pdf(data)
    root = reader.root
    signature = _signature(root)
    written = [int(number) for number in signature["/ByteRange"]]
    if written != [0, hole[0], hole[1], len(data) - hole[1]] or bytes(signature.raw_get("/Contents")) != contents:
        raise rejected("its form points at another signature than its bytes hold")
    if reader.xrefs.total_revisions != REVISIONS:
        raise rejected("it has more revisions than the page and its signature")
    return bundle_of(root), str(signature["/M"])


def _signature(root: Any) -> Any:
    """The signature dictionary: the only field, a certification that permits no change at all.

    Source: ISO 32000-1:2008, 12.8.2.2 (DocMDP), permission P=1.
    """
    fields = root["/AcroForm"]["/Fields"]
    if len(fields) != 1 or fields[0]["/T"] != FIELD_NAME or fields[0]["/FT"] != "/Sig":
        raise rejected("its form is not that of a certificate")
    signature = fields[0]["/V"]
    references = signature["/Reference"]
    if signature["/SubFilter"] != SUBFILTER or len(references) != 1:
        raise rejected("its signature is of another kind")
    transform = references[0]
    allowed = (transform["/TransformMethod"], transform["/TransformParams"]["/P"])
    if allowed != ("/DocMDP", 1) or root["/Perms"].raw_get("/DocMDP") != fields[0].raw_get("/V"):
        raise rejected("its signature permits later changes")
    return signature


def bundle_of(root: Any) -> bytes:
    """The attachment, which must be the only one.

    Raises:
        HostileInput: CERT-E081 there is none; CERT-E084 stored unusually; CERT-E088 too large.
    """
    try:
        names = root["/Names"]["/EmbeddedFiles"]["/Names"]
        if len(names) != 2 or names[1]["/UF"] != ATTACHMENT_NAME:
            raise foreign()
        stream = names[1]["/EF"]["/F"]
        filters = stream.get("/Filter", None)
    except (KeyError, IndexError, TypeError) as error:
        raise foreign() from error
    if filters != "/FlateDecode":
        raise rejected("its attachment is stored in an unusual way")
    inflater = zlib.decompressobj()
    bundle = inflater.decompress(stream.encoded_data, MAX_BUNDLE_BYTES)
    if inflater.unconsumed_tail or not inflater.eof:
        raise too_large(f"its attachment has more than {MAX_BUNDLE_BYTES // 2**20} MiB, or does not end")
    return bundle


def foreign() -> HostileInput:
    """The error for a PDF that is something else."""
    return HostileInput(
        "CERT-E081",
        "this PDF is not a certificate of this program",
        f"it has no attached {ATTACHMENT_NAME}",
        "check that it is the right file",
    )


def too_large(why: str) -> HostileInput:
    """The error for a file beyond the bounds."""
    hint = "ask the issuer or the registry for the original file"
    return HostileInput("CERT-E088", "the PDF is too large to be a certificate", why, hint)
