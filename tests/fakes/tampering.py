"""The named attacks on a signed certificate's PDF, each as the file that a victim would be handed.

Shadow, annotation, sneaky-signature and wrapping attacks follow the literature; the others are what people try first.
Source: Mainka, Mladenov, Rohlmann, "Shadow Attacks: Hiding and Replacing Content in Signed PDFs" (NDSS 2021);
Rohlmann et al., "Breaking the Specification: PDF Certification" (IEEE S&P 2021); Mladenov et al., "1 Trillion Dollar
Refund: How To Spoof PDF Signatures" (CCS 2019).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certify.issue.sign import issuer_certificate, sign_pdf
from certify.trust.keys import KeySigner, generate_signer
from certify.verify.pdf import read_pdf
from tests.fakes.chain import Chain, finish, level_one, request_for, stamped
from tests.fakes.lying_page import showing
from tests.fakes.tsa import authority, certificate

N = NameObject
WHOLE = (0, 0, 595, 842)
"""Bounds of a page of A4 in points."""
LIE = b"q 1 1 1 rg 40 560 500 60 re f BT 0 0 0 rg /F0 24 Tf 50 580 Td (Approved for medical use) Tj ET Q"


@dataclass(frozen=True)
class Attack:
    """A spoiled file."""

    data: bytes
    kind: str
    """What was done: files of two kinds are never rejected with the same code."""
    asked: bool = False
    """Whether only the registry's record of the file tells: its issuer's own key made it."""
    stamped: bool = False
    """Whether it was made of the certificate with a timestamp."""


@cache
def victim() -> Chain:
    """The certificate that is attacked, level B-B."""
    return level_one()


@cache
def other() -> Chain:
    """Another certificate of the same issuer, drawn."""
    house = victim().house
    return finish(house, request_for(house, "drawn-reasoner", fill=3))


def hole(data: bytes) -> tuple[int, int]:
    """Where the signature's digits are, without brackets."""
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    return start, data.index(b">", start)


def page_alone(signed: bytes) -> bytes:
    """The unsigned rendering that a signed file begins with."""
    return signed[: signed.index(b"%%EOF\n") + len(b"%%EOF\n")]


def revised(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def saved(data: bytes, change: Callable[[pikepdf.Pdf], None] = lambda pdf: None) -> bytes:
    """The file after another program changed and saved it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out, fix_metadata_version=False)  # it would spell the metadata anew
    return out.getvalue()


def first_page(writer: Any) -> Any:
    """The first page's dictionary."""
    return writer.root["/Pages"]["/Kids"][0]


def overlay(writer: Any) -> None:
    """Paints a white box and other words over page one."""
    page = first_page(writer)
    page["/Contents"] = ArrayObject([page.raw_get("/Contents"), writer.add_object(StreamObject(stream_data=LIE))])
    writer.update_container(page)


def catalogue(writer: Any) -> None:
    """Gives the document an action to run when it is opened."""
    writer.root["/OpenAction"] = DictionaryObject({N("/S"): N("/URI"), N("/URI"): TextStringObject("http://x.example")})
    writer.update_root()


def replaced_font(writer: Any) -> None:
    """Shadow attack, replace: a font of the page gets the letters of another."""
    first, second, *_ = (font for font in first_page(writer)["/Resources"]["/Font"].values())
    first = first.get_object()
    first[N("/DescendantFonts")] = second.get_object().raw_get("/DescendantFonts")
    writer.update_container(first)


def swapped_pages(writer: Any) -> None:
    """Shadow attack, hide and replace: the catalogue leads to pages that were in the file all along."""
    writer.root[N("/Pages")] = writer.root.raw_get("/Hidden")
    writer.update_root()


def uncovered(writer: Any) -> None:
    """Shadow attack, hide: takes away what covered other words when the file was signed."""
    page = first_page(writer)
    page[N("/Contents")] = ArrayObject(list(page["/Contents"])[1:])
    writer.update_container(page)


def annotation(writer: Any) -> None:
    """Evil annotation: a free text with its own appearance over the verdict."""
    look = StreamObject(
        {
            N("/Type"): N("/XObject"),
            N("/Subtype"): N("/Form"),
            N("/BBox"): ArrayObject(map(NumberObject, WHOLE)),
        },
        stream_data=LIE,
    )
    page = first_page(writer)
    entries = {
        N("/Type"): N("/Annot"),
        N("/Subtype"): N("/FreeText"),
        N("/Rect"): ArrayObject(map(NumberObject, WHOLE)),
        N("/F"): NumberObject(4),
        N("/Contents"): TextStringObject("Approved"),
        N("/AP"): DictionaryObject({N("/N"): writer.add_object(look)}),
    }
    page[N("/Annots")] = ArrayObject([*page.get("/Annots", []), writer.add_object(DictionaryObject(entries))])
    writer.update_container(page)


class _Impolite(signers.PdfSigner):
    """Signs what forbids it."""

    def _enforce_certification_constraints(self, reader: Any) -> None:
        pass


def sneaky_signature(data: bytes) -> bytes:
    """A second, visible signature by a stranger over the verdict."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    place = SigFieldSpec("Second", on_page=0, box=(40, 560, 540, 620))
    metadata = signers.PdfSignatureMetadata(field_name="Second", reason="Approved for medical use")
    out = _Impolite(metadata, _stranger(), new_field_spec=place).sign_pdf(writer, in_place=False)
    return bytes(out.getvalue())


@cache
def _stranger() -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    named = certificate("A Stranger", key, None, now - timedelta(days=1), now + timedelta(days=9))
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(named.public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def signed_by(signer: KeySigner, unsigned: bytes, when: datetime, stamper: Any = None) -> bytes:
    """A file in our own form under any key, with the issuer's name in its certificate."""
    named = issuer_certificate(signer, "Institut für Modellprüfung", when)
    return sign_pdf(unsigned, signer, named, when, stamper)


def with_bundle(data: bytes, bundle: bytes) -> bytes:
    """The page with another attachment."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Names.EmbeddedFiles.Names[1].EF.F.write(bundle)

    return saved(data, change)


def with_hidden_pages(data: bytes, others: bytes) -> bytes:
    """The page with another document's pages hidden in it, reachable from the catalogue by no reader."""

    def change(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(others)) as source:
            page = pdf.copy_foreign(source.pages[0].obj)
        tree = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=[page], Count=1))
        page.Parent = tree
        pdf.Root.Hidden = tree

    return saved(data, change)


def with_cover(data: bytes) -> bytes:
    """The page with other words under what is seen."""
    return saved(data, lambda pdf: pdf.pages[0].contents_add(LIE, prepend=True))


def wrapped(data: bytes) -> bytes:
    """Signature wrapping: new content between the two signed parts, and a byte range that leads around it."""
    _, end = hole(data)
    extra = b"\n9999 0 obj << /Type /Catalog >> endobj\n"
    old = re.findall(rb"/ByteRange \[0 \d+ (\d+) \d+\]", data)[-1]
    moved = data[: end + 1] + extra + data[end + 1 :]
    return moved.replace(b" " + old + b" ", b" %d " % (int(old) + len(extra)))


def without_range(data: bytes) -> bytes:
    """Universal forgery: the byte range is gone."""
    place = data.rindex(b"/ByteRange [")
    return data[:place] + b"/ByteRangX [" + data[place + 12 :]


def splice(data: bytes, cms: bytes) -> bytes:
    """Another signature object in the place of the file's."""
    start, end = hole(data)
    return data[:start] + cms.hex().upper().encode().ljust(end - start, b"0") + data[end:]


def padded(data: bytes) -> bytes:
    """Something written into the padding after the signature object, which no signature covers."""
    _, end = hole(data)
    return data[: end - 8] + b"CAFEBABE" + data[end:]


@cache
def attacks() -> dict[str, Attack]:
    """Every named attack on the file itself; those on trust are in the tests, for their files are genuine ones."""
    good, page, second = victim().pdf, page_alone(victim().pdf), other().pdf
    when = datetime.now(UTC).replace(microsecond=0)
    issuer, stranger = victim().house.signers["issuer"], generate_signer()
    changed, later = "changed", "added to"
    mismatch = showing(other(), victim())

    def by_issuer(unsigned: bytes, then: Callable[[Any], None] | None = None) -> bytes:
        signed = signed_by(issuer, unsigned, when)
        return revised(signed, then) if then else signed

    return {
        "one bit flipped on the page": Attack(good[:5000] + bytes([good[5000] ^ 1]) + good[5001:], changed),
        "a comment appended": Attack(good + b"% something more\n", later),
        "end cut off": Attack(good[:-100], "cut off"),
        "signature taken out": Attack(page, "unsigned"),
        "page painted over by a later revision": Attack(revised(good, overlay), later),
        "catalogue edited by a later revision": Attack(revised(good, catalogue), later),
        "saved by another program": Attack(saved(good), changed),
        "signature of another certificate": Attack(splice(good, read_pdf(second).cms), changed),
        "written into the signature's padding": Attack(padded(good), changed),
        "byte range removed": Attack(without_range(good), changed),
        "content wrapped between the signed parts": Attack(wrapped(good), changed),
        "attachment exchanged, not signed again": Attack(with_bundle(good, other().bundle), changed),
        "attachment exchanged, signed by a stranger": Attack(
            signed_by(stranger, with_bundle(page, other().bundle), when), changed
        ),
        "pages of another certificate, signed by a stranger": Attack(signed_by(stranger, mismatch, when), changed),
        "text and attachment differ, signed by the issuer": Attack(by_issuer(mismatch), changed, asked=True),
        "another authority's certificate with the issuer's name": Attack(signed_by(stranger, page, when), changed),
        "shadow attack: hidden words uncovered": Attack(by_issuer(with_cover(page), uncovered), later),
        "shadow attack: font replaced": Attack(revised(good, replaced_font), later),
        "shadow attack: hidden pages put in place": Attack(
            by_issuer(with_hidden_pages(page, page_alone(second)), swapped_pages), later
        ),
        "evil annotation": Attack(revised(good, annotation), later),
        "sneaky signature": Attack(sneaky_signature(good), changed),
        "timestamp taken out": Attack(_without_timestamp(stamped().pdf), changed, stamped=True),
    }


def _without_timestamp(data: bytes) -> bytes:
    from asn1crypto import cms

    content = cms.ContentInfo.load(read_pdf(data).cms)
    del content["content"]["signer_infos"][0]["unsigned_attrs"]
    return splice(data, content.dump(force=True))


@cache
def stamped_by_a_stranger() -> bytes:
    """The stamped certificate's page, signed by its issuer and stamped by an authority that nobody named."""
    when = datetime.now(UTC).replace(microsecond=0)
    return signed_by(stamped().house.signers["issuer"], page_alone(stamped().pdf), when, authority())
