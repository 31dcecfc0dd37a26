"""The PDF objects of a certificate: what they may be, and nothing besides."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.verify.pdf_attachments import MAX_BUNDLE_BYTES, MAX_STREAM_BYTES, attached_bundle, stream_bytes
from certify.verify.pdf_contents import Contents
from certify.verify.pdf_metadata import require_marks, require_unmarked
from certify.verify.pdf_signature import FIELD_NAME, SUBFILTER, rejected

REVISIONS = 2
"""The page, and the signature on it."""

LATER, KIND, FIELD, ACTIVE = "CERT-E582", "CERT-E583", "CERT-E584", "CERT-E588"
"""A later revision; a signature of another kind; another form or field; something that acts or lies over a page."""

_PARTS = (
    "Type Pages Outlines Lang Names StructTreeRoot ViewerPreferences MarkInfo OutputIntents AF Metadata AcroForm Perms "
    "Version Extensions"
)
CATALOG = frozenset(_PARTS.split())
"""Entries of the document catalog. None of them acts (OpenAction, AA, URI), hides (OCProperties) or opens files."""
_OF_PAGE = "Type Parent MediaBox CropBox BleedBox TrimBox Contents Resources Tabs StructParents Group Annots"
PAGE = frozenset(_OF_PAGE.split())
SIGNATURE = frozenset(("Type", "Filter", "SubFilter", "Contents", "ByteRange", "M", "Reference"))
WIDGET = frozenset(("Type", "Subtype", "F", "FT", "P", "Rect", "T", "V"))
OUTLINE = frozenset(("Title", "Parent", "Prev", "Next", "First", "Last", "Count", "Dest"))
MAX_PAGES, MAX_OUTLINES = 1_000, 10_000


class Content(NamedTuple):
    """What the PDF's objects hold."""

    bundle: bytes
    """The attached bundle."""
    signed_at: str
    """When it was signed, by the issuer's word; a PDF date."""
    renderer: str | None
    """What drew the pages, by the issuer's word; absent in files of version 0.1."""


def open_pdf(data: bytes) -> Any:
    """A pyHanko reader with bounds on what compressed streams may grow to."""
    from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
    from pyhanko.pdf_utils.reader import PdfFileReader

    limits = DecodeLimits(
        per_stream=StreamDecodeLimits(max_output_size=MAX_BUNDLE_BYTES),
        document_budget=DocumentDecodeBudget(base_allowance=2 * MAX_BUNDLE_BYTES, max_ratio=10),
    )
    return PdfFileReader(io.BytesIO(data), strict=True, decode_limits=limits)


def content(data: bytes, contents: bytes, hole: tuple[int, int]) -> Content:
    """The bundle and the claimed signing time, once the PDF's structure agrees with its raw bytes and its bundle.

    Args:
        data: the whole file.
        contents: bytes of the signature entry, padding included.
        hole: offsets of the signature entry, brackets included.

    Raises:
        HostileInput: CERT-E081, CERT-E084, CERT-E088, CERT-E582 to CERT-E588; and whatever pyHanko raises on a
            malformed file.
    """
    reader = open_pdf(data)
    root = reader.root
    signature, field = _signature(root)
    written = [int(number) for number in signature["/ByteRange"]]
    if written != [0, hole[0], hole[1], len(data) - hole[1]] or bytes(signature.raw_get("/Contents")) != contents:
        raise rejected("its form points at another signature than its bytes hold", code=FIELD)
    if reader.xrefs.total_revisions != REVISIONS:
        raise rejected("it has more revisions than the page and its signature", code=LATER)
    bundle, expected = attached_bundle(root)
    _check_inert(root, field)
    return Content(bundle, str(signature["/M"]), _renderer(root, expected))


def _renderer(root: Any, expected: Contents | None) -> str | None:
    xmp = stream_bytes(root["/Metadata"], MAX_STREAM_BYTES, "its metadata is")
    if expected is None:
        require_unmarked(xmp)
        return None
    return require_marks(xmp, expected)


def _signature(root: Any) -> tuple[Any, Any]:
    """The signature dictionary and the reference of its field, the only one: it permits no change at all.

    Source: ISO 32000-1:2008, 12.8.2.2 (DocMDP), permission P=1.
    """
    form = root["/AcroForm"]
    fields = form["/Fields"]
    if len(fields) != 1 or not _only(form, frozenset(("Fields", "SigFlags"))):
        raise rejected("its form is not that of a certificate", code=FIELD)
    field = fields[0]
    if not _only(field, WIDGET) or field["/T"] != FIELD_NAME or field["/FT"] != "/Sig" or any(field["/Rect"]):
        raise rejected("its form is not that of a certificate", code=FIELD)
    signature = field["/V"]
    references = signature["/Reference"]
    if not _only(signature, SIGNATURE) or signature["/SubFilter"] != SUBFILTER or len(references) != 1:
        raise rejected("its signature is of another kind", code=KIND)
    transform = references[0]
    allowed = (transform["/TransformMethod"], transform["/TransformParams"]["/P"])
    if (
        allowed != ("/DocMDP", 1)
        or root["/Perms"].raw_get("/DocMDP") != field.raw_get("/V")
        or len(root["/Perms"]) != 1
    ):
        raise rejected("its signature permits later changes", code=KIND)
    return signature, fields.raw_get(0)


def _check_inert(root: Any, field: Any) -> None:
    """Nothing runs, opens, hides, or lies over a page. Source: ISO 32000-1:2008, 12.6 (every place of an action)."""
    names = root["/Names"]
    if not _only(root, CATALOG) or not _only(names, frozenset(("EmbeddedFiles", "Dests"))):
        raise rejected("its catalog asks for something that no certificate has", code=ACTIVE)
    pages = root["/Pages"]["/Kids"]
    if len(pages) > MAX_PAGES:
        raise too_large(f"it has more than {MAX_PAGES:,} pages")
    lying = []
    for place in range(len(pages)):
        page = pages[place]
        if page["/Type"] != "/Page" or not _only(page, PAGE):
            raise rejected("a page has something that no page of a certificate has", code=ACTIVE)
        found = entry(page, "/Annots", ())
        lying += [found.raw_get(number) for number in range(len(found))]
    if lying != [field]:
        raise rejected("something besides the signature's field lies on a page", code=ACTIVE)
    _check_outline(root)


def _check_outline(root: Any) -> None:
    """Every bookmark leads to a place in the document, and does nothing else."""
    waiting, seen = [root["/Outlines"]] if "/Outlines" in root else [], 0
    while waiting:
        item = waiting.pop()
        seen += 1
        if seen > MAX_OUTLINES or not _only(item, OUTLINE | {"Type"}):
            raise rejected("a bookmark does more than lead to a place", code=ACTIVE)
        waiting += [item[name] for name in ("/First", "/Next") if name in item]


def entry(dictionary: Any, name: str, default: Any) -> Any:
    """An entry, followed where it is a reference; pyHanko's own ``get`` gives the reference."""
    return dictionary[name] if name in dictionary else default  # noqa: SIM401


def _only(dictionary: Any, allowed: frozenset[str]) -> bool:
    return all(str(name).lstrip("/") in allowed for name in dictionary)


def too_large(why: str) -> HostileInput:
    """The error for a file beyond the bounds."""
    hint = "ask the issuer or the registry for the original file"
    return HostileInput("CERT-E088", "the PDF is too large to be a certificate", why, hint)
