"""Codes 080 to 089: reading and drawing PDFs."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E080": Explanation(
        "This is not a PDF",
        "The file does not begin the way every PDF does. Check the file name.",
    ),
    "CERT-E081": Explanation(
        "This file is not a certificate of this program",
        "It is a PDF or a bundle, but it carries no certificate, or one in a form that this version cannot read. "
        "Check that it is the right file; a screening report, for example, is not a certificate.",
    ),
    "CERT-E082": Explanation(
        "The PDF is cut off",
        "Its end is missing, so its signature cannot be checked. Copy or download it again.",
    ),
    "CERT-E083": Explanation(
        "Something was added to the PDF after it was signed",
        "A later revision can show other pages than the issuer signed, so any addition makes the document invalid. "
        "Annotating or re-saving a PDF does this. Ask the issuer or the registry for the original file.",
    ),
    "CERT-E084": Explanation(
        "The PDF is not the one that was issued",
        "A byte was changed, or the signature is that of another file. "
        "Do not rely on it. Ask the issuer or the registry for the original file.",
    ),
    "CERT-E085": Explanation(
        "This install cannot draw PDFs",
        "A library that lays out text is missing. The hint gives the command that installs it; checking "
        "certificates works without it.",
    ),
    "CERT-E086": Explanation(
        "The PDF cannot be drawn or signed as asked",
        "The issuer's key is of a kind that PDF readers do not understand, or a time or address on the page has a "
        "form that does not fit. Issue with an ecdsa-p256 key.",
    ),
    "CERT-E087": Explanation(
        "The PDF would not have come out as specified",
        "The drawing library behaved in an unexpected way, or a template asked for something that is not bundled. "
        "No certificate was drawn. Install the version of weasyprint that the message names.",
    ),
    "CERT-E088": Explanation(
        "The PDF is too large to be a certificate",
        "Certificates are small; files beyond the limit are made to exhaust a reader. Ask the issuer or the "
        "registry for the original file.",
    ),
    "CERT-E570": Explanation(
        "There is no such paper",
        "Certificates and reports are drawn on A4 or US Letter. Give --paper a4 or --paper letter.",
    ),
    "CERT-E571": Explanation(
        "The response is empty or too long",
        "A response to a refusal is printed whole in its report. Give 1 to 4,000 characters in the file of --text, and "
        "a name with --as.",
    ),
    "CERT-E572": Explanation(
        "The response is about another decision",
        "It was signed for another run or model. Sign one for this run with `certify respond`.",
    ),
    "CERT-E573": Explanation(
        "There is nothing to respond to",
        "A response answers a run that ended without a certificate. `certify show RUN` tells how the run ended.",
    ),
    "CERT-E089": Explanation(
        "The PDF carries no signature",
        "It looks like a certificate, but anybody can make such a file. Do not rely on it. Ask the issuer for the "
        "signed original.",
    ),
}
