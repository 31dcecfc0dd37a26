"""What WeasyPrint leaves out when a file is to be PDF/A-3a and PDF/UA-1 at once."""

from __future__ import annotations

from typing import Any

from certify.errors import InternalError

_ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_END = b"</rdf:RDF>"


def declare_accessible(document: Any, pdf: Any) -> None:
    """A WeasyPrint finisher: says in the file's metadata that it is PDF/UA-1 besides PDF/A-3a.

    The statement goes inside the existing RDF, since validators read the first block only; PDF/A asks
    that the foreign schema be described beside it. The window shows the title rather than the file name.

    Source: ISO 14289-1:2014, clauses 5 and 7.1; ISO 19005-3:2012, clause 6.6.2.3.

    Raises:
        InternalError: the metadata is not where WeasyPrint 70 puts it.
    """
    streams = [one for one in pdf.objects if getattr(one, "extra", {}).get("Type") == "/Metadata"]
    if len(streams) != 1 or len(streams[0].stream) != 1 or streams[0].stream[0].count(_END) != 1:
        raise InternalError("CERT-E087", "the PDF's metadata has an unexpected form", hint="install weasyprint 70.0")
    before, after = streams[0].stream[0].split(_END)
    streams[0].stream[0] = before + _ACCESSIBLE + _END + after
    pdf.catalog["ViewerPreferences"] = "<</DisplayDocTitle true>>"
