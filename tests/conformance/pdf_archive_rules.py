"""PDF/A-3a as far as this project can judge it alone: what validators flag in files like ours, one function a clause.

The whole standard has more rules; they are about things that a certificate never holds.
Source: ISO 19005-3:2012 (PDF/A-3), ISO 32000-1:2008 (PDF 1.7).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pikepdf

from tests.conformance.pdf_content import fonts_of, glyphs_used, pages_and_forms

Rule = Callable[[pikepdf.Pdf, bytes], Iterator[str]]
PDFA = "http://www.aiim.org/pdfa/ns/id/"
BLEND_MODES = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"}
ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
FORBIDDEN_ANNOTATIONS = {"/3D", "/Sound", "/Screen", "/Movie", "/RichMedia", "/FileAttachment"}
_DESCRIBED = re.compile(rb"<pdfaSchema:namespaceURI>http://www\.aiim\.org/pdfua/ns/id/</pdfaSchema:namespaceURI>")
PRINT, HIDING = 1 << 2, (1 << 0) | (1 << 1) | (1 << 5) | (1 << 8)


def file_header(_pdf: pikepdf.Pdf, data: bytes) -> Iterator[str]:
    """6.1.2: the version, then a comment of four bytes above 127."""
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", data):
        yield "the header is not that of a PDF/A-3"


def file_trailer(pdf: pikepdf.Pdf, data: bytes) -> Iterator[str]:
    """6.1.3: an identifier, no encryption, nothing after the end."""
    identifier = pdf.trailer.get("/ID", [])
    if len(identifier) != 2 or not all(bytes(one) for one in identifier):
        yield "no file identifier"
    if "/Encrypt" in pdf.trailer:
        yield "encrypted"
    if not re.search(rb"%%EOF\r?\n?\Z", data):
        yield "something follows the last %%EOF"


def streams(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.1.7: no external streams, no LZW, no encryption filter; and lengths that are true, which opening checks."""
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            if {"/F", "/FFilter", "/FDecodeParms"} & set(one.keys()):
                yield "a stream outside of the file"
            filters = one.get("/Filter", [])
            named = {str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters])}
            if named & {"/LZWDecode", "/Crypt"}:
                yield f"a stream with {named}"


def limits(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.1.13: lengths of strings and names, sizes of numbers and pages, nesting of graphics states."""
    for one in pdf.objects:
        for kind, value in _leaves(one, 0):
            if (kind == "string" and value > 32767) or (kind == "name" and value > 127):
                yield f"a {kind} of {value} bytes"
            if kind == "integer" and not -(2**31) <= value < 2**31:
                yield f"an integer {value}"
    for number, page in enumerate(pdf.pages, 1):
        left, bottom, right, top = (float(one) for one in page.MediaBox)
        if not all(3 <= one <= 14400 for one in (right - left, top - bottom)):
            yield f"page {number} has a size out of bounds"
    for where, content in pages_and_forms(pdf):
        depth = 0
        for _operands, operator in content:
            depth += {"q": 1, "Q": -1}.get(str(operator), 0)
            if depth > 28:
                yield f"{where}: graphics states nested deeper than 28"
                break


def _leaves(value: pikepdf.Object, depth: int) -> Iterator[tuple[str, int]]:
    """Strings and names by their length, integers by their value; indirect objects are visited on their own."""
    if depth and getattr(value, "is_indirect", False):
        return
    if isinstance(value, pikepdf.String):
        yield "string", len(bytes(value))
    elif isinstance(value, pikepdf.Name):
        yield "name", len(str(value).encode()) - 1
    elif isinstance(value, int) and not isinstance(value, bool):
        yield "integer", value
    elif isinstance(value, pikepdf.Array):
        for one in value:
            yield from _leaves(one, depth + 1)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for key in value.keys():  # noqa: SIM118 - iterating over a stream would read it
            yield "name", len(key.encode()) - 1
            yield from _leaves(value[key], depth + 1)


def output_intent(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.2.3: one profile says what the colours mean, an RGB one, for the pages use RGB."""
    found = [one for one in pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
    if len(found) != 1 or "/DestOutputProfile" not in found[0]:
        yield "no output intent with a profile"
        return
    profile = found[0].DestOutputProfile
    icc = profile.read_bytes()
    if int(profile.N) != 3 or icc[16:20] != b"RGB " or icc[36:40] != b"acsp" or icc[12:16] not in (b"mntr", b"prtr"):
        yield "the output intent's profile is not an RGB profile of a monitor or a printer"


def colours(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.2.4.3: no CMYK under an RGB output intent."""
    for where, content in pages_and_forms(pdf):
        for operands, operator in content:
            if str(operator) in ("k", "K") or (str(operator) in ("cs", "CS") and str(operands[0]) == "/DeviceCMYK"):
                yield f"{where}: CMYK"
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and "CMYK" in str(one.get("/ColorSpace", "")):
            yield "an image in CMYK"


def graphics_states(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.2.5 and 6.2.10: no transfer functions, standard blend modes; 6.2.8, 6.2.9: images and forms are plain."""
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            continue
        keys = set(one.keys())
        if one.get("/Type") == "/ExtGState" and (keys & {"/TR", "/HTP"} or one.get("/TR2", "/Default") != "/Default"):
            yield "a transfer function"
        if "/BM" in keys and str(one.BM) not in BLEND_MODES:
            yield f"a blend mode {one.BM}"
        if one.get("/Subtype") in ("/Image", "/Form") and keys & {"/Alternates", "/OPI", "/PS", "/Ref"}:
            yield "an image or form with alternates, OPI, PostScript or a reference"
        if one.get("/Interpolate", False) or one.get("/Subtype") == "/PS":
            yield "an interpolated image, or PostScript"


def fonts(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.2.11: embedded, with the glyphs that are drawn, of the width that is stated; each is a character."""
    used = glyphs_used(pdf)
    for name, font in fonts_of(pdf).items():
        if not font.embedded:
            yield f"{name} is not embedded"
            continue
        if font.encoding != "/Identity-H" or font.ordering != ("Adobe", "Identity"):
            yield f"{name} has another encoding than Identity-H"
        if font.kind == "/CIDFontType2" and not font.maps_glyphs:
            yield f"{name} does not say how codes become glyphs"
        for code in sorted(used.get(name, set())):
            yield from (f"{name}, code {code}: {said}" for said in font.complaints(code))


def annotations(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.3: printed with the page and never hidden; those with a size have an appearance."""
    for page in pdf.pages:
        for one in page.get("/Annots", []):
            flags = int(one.get("/F", 0))
            if one.Subtype in FORBIDDEN_ANNOTATIONS:
                yield f"an annotation {one.Subtype}"
            if one.Subtype != "/Popup" and (not flags & PRINT or flags & HIDING):
                yield f"an annotation {one.Subtype} that may not be printed, flags {flags}"
            left, bottom, right, top = (float(edge) for edge in one.Rect)
            if (right > left or top > bottom) and one.Subtype != "/Link" and "/AP" not in one:
                yield f"an annotation {one.Subtype} without an appearance"


def interaction(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.4 to 6.6: forms draw nothing new, nothing runs by itself, nothing is optional."""
    form = pdf.Root.get("/AcroForm", {})
    if form.get("/NeedAppearances", False) or "/XFA" in form:
        yield "a form that is drawn by the reader"
    if {"/AA", "/OCProperties", "/Requirements", "/NeedsRendering"} & set(pdf.Root.keys()):
        yield "the catalogue has actions, optional content or requirements"
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Dictionary):
            continue
        if {"/AA", "/PresSteps"} & set(one.keys()) or (one.get("/Type") == "/Action" and one.get("/S") not in ACTIONS):
            yield "an action of a forbidden kind"
        if one.get("/S") in ("/JavaScript", "/Launch", "/Hide", "/ImportData", "/ResetForm", "/Rendition"):
            yield f"an action {one.S}"
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "scripts of the document"


def metadata(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.6.2 and 6.6.4: says that it is PDF/A-3a, in one block, and describes the schema that PDF/A does not know."""
    if "/Metadata" not in pdf.Root:
        yield "no metadata"
        return
    packet = pdf.Root.Metadata.read_bytes()
    if packet.count(b"<rdf:RDF") != 1 or packet.count(b"</rdf:RDF>") != 1:
        yield "not one block of metadata"
    if re.search(rb"<\?xpacket[^>]*(bytes|encoding)=", packet):
        yield "a packet header with bytes or encoding"
    with pdf.open_metadata() as fields:
        if (fields.get(f"{{{PDFA}}}part"), fields.get(f"{{{PDFA}}}conformance")) != ("3", "A"):
            yield "does not say that it is PDF/A-3a"
        for key, entry in (("dc:title", "/Title"), ("xmp:CreateDate", "/CreationDate")):
            if key in fields and entry in pdf.docinfo and not _alike(str(fields[key]), str(pdf.docinfo[entry])):
                yield f"{entry} and {key} differ"
    if b"http://www.aiim.org/pdfua/ns/id/" in packet and not _DESCRIBED.search(packet):
        yield "an extension schema that is not described"


def _alike(written: str, stored: str) -> bool:
    return written == stored or re.sub(r"\D", "", written)[:14] == re.sub(r"\D", "", stored)[:14] != ""


def attachments(pdf: pikepdf.Pdf, _data: bytes) -> Iterator[str]:
    """6.8: each has names, a kind, a date and a relationship, and belongs to the document."""
    names = pdf.Root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", [])
    belonging = {one.objgen for one in pdf.Root.get("/AF", [])}
    for one in list(names)[1::2]:
        if not {"/F", "/UF", "/EF", "/AFRelationship"} <= set(one.keys()) or one.objgen not in belonging:
            yield "an attachment without names or relationship, or not the document's"
            continue
        file = one.EF.F
        if "/Subtype" not in file or "/ModDate" not in file.get("/Params", {}):
            yield "an attachment without a media type or a date"


ARCHIVE_RULES: tuple[Rule, ...] = (
    file_header, file_trailer, streams, limits, output_intent, colours, graphics_states, fonts, annotations,
    interaction, metadata, attachments,
)  # fmt: skip


def archive_findings(data: bytes) -> list[str]:
    """What is wrong with a file by these rules, each with the rule's name before it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [f"{rule.__name__}: {said}" for rule in ARCHIVE_RULES for said in rule(pdf, data)]
