"""What a PDF signed by its own issuer may not have besides what a certificate has: each finding has its own code."""

import io

import pytest

pytest.importorskip("weasyprint")
import pikepdf
from pikepdf import Array, Dictionary, Name, String

from certify.errors import HostileInput
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.verify.pdf import read_pdf
from tests.fakes.pdf_sample import SIGNER, WHEN, unsigned


def signed_after(change, **options) -> bytes:
    """The sample's unsigned file, changed by another program, under the issuer's own signature."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(unsigned())) as pdf:
        change(pdf)
        pdf.save(out, fix_metadata_version=False, **options)
    return sign_pdf(out.getvalue(), SIGNER, issuer_certificate(SIGNER, "X", WHEN), WHEN)


def code_after(change) -> str:
    with pytest.raises(HostileInput) as error:
        read_pdf(signed_after(change))
    assert error.value.what
    return error.value.code


SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def set_in(place, name, value):
    """A change that sets an entry of the dictionary that ``place`` finds."""

    def change(pdf):
        place(pdf)[name] = value(pdf) if callable(value) else value

    return change


def root(pdf):
    return pdf.Root


def page(pdf):
    return pdf.pages[1].obj


def bookmark(pdf):
    return pdf.Root.Outlines.First


def link(pdf):
    return Array([pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9])))])


ACTIVE = {
    "script on opening": set_in(root, "/OpenAction", SCRIPT),
    "actions of the document": set_in(root, "/AA", Dictionary(WC=SCRIPT)),
    "named scripts": set_in(lambda pdf: pdf.Root.Names, "/JavaScript", Dictionary(Names=Array([String("a"), SCRIPT]))),
    "layers": set_in(root, "/OCProperties", Dictionary(OCGs=Array())),
    "portfolio": set_in(root, "/Collection", Dictionary(View=Name.H)),
    "action of a page": set_in(page, "/AA", Dictionary(O=SCRIPT)),
    "link on a page": set_in(page, "/Annots", link),
    "files of a page": set_in(page, "/AF", Array()),
    "bookmark that runs": set_in(bookmark, "/A", SCRIPT),
}


@pytest.mark.parametrize("change", ACTIVE.values(), ids=list(ACTIVE))
def test_nothing_acts_or_lies_over_a_page(change):
    assert code_after(change) == "CERT-E588"


def attach_again(name, content):
    def change(pdf):
        pdf.attachments[name] = content

    return change


def without_proof(pdf):
    del pdf.attachments["certificate.tlog-proof"]


def relation(pdf):
    pdf.Root.AF[1].AFRelationship = Name.Source


def unlisted(pdf):
    del pdf.Root.AF[2]


def second_file(pdf):
    pdf.Root.AF[2].RF = Dictionary()


def two_names(pdf):
    pdf.Root.AF[1].F = String("other.json")


def written(place, content):
    def change(pdf):
        pdf.Root.AF[place].EF.F.write(content)

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (attach_again("zzz.json", b"{}"), "CERT-E585"),
        (without_proof, "CERT-E585"),
        (relation, "CERT-E585"),
        (unlisted, "CERT-E585"),
        (two_names, "CERT-E585"),
        (second_file, "CERT-E585"),
        (written(1, b"{}"), "CERT-E586"),
        (written(2, b"c2sp.org/tlog-proof@v1\nindex 7\n"), "CERT-E586"),
        (written(0, b"{"), "CERT-E046"),
    ],
)
def test_the_attachments_are_what_the_bundle_asks_for(change, code):
    assert code_after(change) == code


def replaced(old, new):
    def change(pdf):
        stream = pdf.Root.Metadata
        text = stream.read_bytes()
        assert text.count(old) >= 1
        stream.write(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    "change",
    [
        replaced(b'certify:serial="CM-', b'certify:serial="CN-'),
        replaced(b'bundleDigest="sha256:', b'bundleDigest="sha256:0'),
        replaced(b'certify:renderer="', b'certify:renderer="<'),
        replaced(b"certify:renderer=", b"certify:drawer="),
        replaced(b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:c="https://certify-models.dev/ns/pdf/1.0/"/></rdf:RDF>'),
        replaced(b"<x:xmpmeta", b"<!DOCTYPE x><x:xmpmeta"),
    ],
)  # fmt: skip
def test_the_metadata_says_what_the_bundle_says(change):
    assert code_after(change) == "CERT-E587"


def test_a_change_that_changes_nothing_is_accepted():
    """Otherwise the tests above could fail for the saving alone."""
    found = read_pdf(signed_after(lambda pdf: None))
    assert found.renderer
    assert found.authority
