"""What WeasyPrint leaves out when a file is to be PDF/A-3a and PDF/UA-1 at once, with metadata of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from certify.errors import InternalError
from certify.verify.pdf_contents import Attached
from certify.verify.pdf_metadata import NAMESPACE, PROPERTIES

_ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 pdfuaid:part="1"/>
"""
_SCHEMAS = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>{}</rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_SCHEMA = """<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>{title}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li>"""
_PROPERTY = """<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>{told}</pdfaProperty:description>
</rdf:li>"""
_END = b"</rdf:RDF>"


def finisher(attachments: tuple[Attached, ...], marks: bytes | None) -> Callable[[Any, Any], None]:
    """A WeasyPrint finisher that completes metadata and attachments.

    Args:
        attachments: what is attached; media types are ours, not this machine's guess from a name.
        marks: our block of metadata, from ``certify.verify.pdf_metadata``; absent for what is no certificate.

    Raises, when called:
        InternalError: CERT-E087, the metadata is not where WeasyPrint 70 puts it.
    """

    def finish(document: Any, pdf: Any) -> None:
        declare_accessible(document, pdf, marks)
        _complete_attachments(pdf, {one.name: one.media_type for one in attachments})

    return finish


def declare_accessible(document: Any, pdf: Any, marks: bytes | None = None) -> None:
    """Says in the file's metadata that it is PDF/UA-1 besides PDF/A-3a, and which certificate it shows.

    The statement goes inside the existing RDF, since validators read the first block only; PDF/A asks
    that foreign schemas be described beside it. The window shows the title rather than the file name.

    Source: ISO 14289-1:2014, clauses 5 and 7.1; ISO 19005-3:2012, clause 6.6.2.3.

    Raises:
        InternalError: CERT-E087, the metadata is not where WeasyPrint 70 puts it.
    """
    streams = [one for one in pdf.objects if getattr(one, "extra", {}).get("Type") == "/Metadata"]
    if len(streams) != 1 or len(streams[0].stream) != 1 or streams[0].stream[0].count(_END) != 1:
        raise InternalError("CERT-E087", "the PDF's metadata has an unexpected form", hint="install weasyprint 70.0")
    before, after = streams[0].stream[0].split(_END)
    streams[0].stream[0] = before + _ACCESSIBLE + (marks or b"") + _schemas(marked=marks is not None) + _END + after
    pdf.catalog["ViewerPreferences"] = "<</DisplayDocTitle true>>"


def _schemas(*, marked: bool) -> bytes:
    """The description of every property that is not PDF/A's own."""
    part = _PROPERTY.format(name="part", kind="Integer", told="Part of ISO 14289 the file conforms to")
    accessible = {"title": "PDF/UA identification schema", "uri": "http://www.aiim.org/pdfua/ns/id/"}
    found = _SCHEMA.format(**accessible, prefix="pdfuaid", properties=part)
    if marked:
        ours = "".join(_PROPERTY.format(name=name, kind="Text", told=told) for name, told in PROPERTIES)
        found += _SCHEMA.format(title="Certificate schema", uri=NAMESPACE, prefix="certify", properties=ours)
    return _SCHEMAS.format(found).encode("ascii")


def _complete_attachments(pdf: Any, media_types: dict[str, str]) -> None:
    """Each attachment with its media type, and once in the catalog's list, where WeasyPrint 70 names it twice."""
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("Type") == "/Filespec":
            stream = pdf.objects[int(one["EF"]["F"].split()[0])]
            kind = media_types[one["UF"].string]
            stream.extra["Subtype"] = "/" + kind.replace("/", "#2f")
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))
