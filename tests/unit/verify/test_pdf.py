import io
import random
import re
import zlib
from collections import Counter

import pytest

pytest.importorskip("weasyprint")
import pikepdf
from asn1crypto import cms as asn1_cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certify.errors import CertifyError, HostileInput
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.trust.keys import generate_signer
from certify.verify.pdf import MAX_PDF_BYTES, read_pdf
from certify.verify.pdf_signature import CURVE_ORDER
from tests.fakes.certificate_sample import attachment
from tests.fakes.pdf_sample import SIGNER, WHEN, signed, unsigned


def hole(data: bytes) -> tuple[int, int]:
    """Where the signature's own bytes are, brackets included."""
    start = data.rindex(b"/Contents <") + len(b"/Contents ")
    return start, data.index(b">", start) + 1


def code_of(data: bytes) -> str:
    """The error that reading gives; reading anything bad without one fails the test."""
    with pytest.raises(HostileInput) as error:
        read_pdf(data)
    assert error.value.what
    assert error.value.hint
    return error.value.code


def with_cms(change) -> bytes:
    """The signed file with its CMS object changed."""
    data = signed()
    start, end = hole(data)
    contents = bytes.fromhex(data[start + 1 : end - 1].decode())
    new = change(read_pdf(data).cms)
    return data[: start + 1] + new.ljust(len(contents), b"\0").hex().upper().encode() + data[end - 1 :]


def signed_again(unsigned_pdf: bytes) -> bytes:
    """Another unsigned file under the issuer's own signature: only the structure can be wrong."""
    return sign_pdf(unsigned_pdf, SIGNER, issuer_certificate(SIGNER, "X", WHEN), WHEN)


def saved(data: bytes, change=lambda pdf: None, **options) -> bytes:
    """The file after another program changed and saved it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def test_an_intact_file_gives_its_bundle_and_its_signer():
    found = read_pdf(signed())
    assert found.bundle == attachment()
    assert (found.public_pem, found.keyid) == (SIGNER.public_pem, SIGNER.keyid)
    assert found.signed_at == "D:20261123170005Z"


def test_another_signer_is_intact_too_and_told_apart_by_its_key():
    other = generate_signer()
    data = sign_pdf(unsigned(), other, issuer_certificate(other, "Institut für Modellprüfung", WHEN), WHEN)
    assert read_pdf(data).keyid == other.keyid != SIGNER.keyid


@pytest.mark.parametrize("data", [b"", b"hello", b"{}", b"\n" + b"%PDF-1.7\n", b"PK\x03\x04"])
def test_what_is_no_pdf_is_said_to_be_none(data):
    assert code_of(data) == "CERT-E080"


def test_a_pdf_of_somebody_else_is_not_ours():
    blank = pikepdf.new()
    blank.add_blank_page()
    out = io.BytesIO()
    blank.save(out)
    assert code_of(out.getvalue()) == "CERT-E081"
    assert code_of(b"%PDF-1.7\nnonsense\n%%EOF\n") == "CERT-E081"


def test_a_signed_pdf_without_our_bundle_is_not_ours():
    def drop(pdf):
        del pdf.attachments["bundle.json"]

    assert code_of(signed_again(saved(unsigned(), drop))) == "CERT-E081"


def test_a_second_attachment_is_not_ours():
    def add(pdf):
        pdf.attachments["other.json"] = b"{}"

    assert code_of(signed_again(saved(unsigned(), add))) == "CERT-E585"


@pytest.mark.parametrize("kept", [0.999999, 0.99, 0.9, 0.5, 0.1])
def test_a_truncated_file_is_said_to_be_cut_off(kept):
    assert code_of(signed()[: int(len(signed()) * kept)]) == "CERT-E082"


def test_a_file_without_its_signature_is_told_from_a_foreign_one():
    assert code_of(unsigned()) == "CERT-E089"


@pytest.mark.parametrize("more", [b"\n", b"junk", b"%%EOF\n", signed, unsigned])
def test_bytes_after_the_end_are_refused(more):
    assert code_of(signed() + (more() if callable(more) else more)) in ("CERT-E083", "CERT-E082")
    assert code_of(signed() + b"x" * 1000) == "CERT-E083"


def test_a_page_painted_over_by_a_later_revision_is_refused():
    writer = IncrementalPdfFileWriter(io.BytesIO(signed()))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = type(page["/MediaBox"][0])(90)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed())
    assert code_of(out.getvalue()) == "CERT-E083"


@pytest.mark.parametrize("mode", list(pikepdf.ObjectStreamMode))
def test_a_file_saved_by_another_program_is_refused(mode):
    assert code_of(saved(signed(), object_stream_mode=mode)) == "CERT-E581"


def test_two_signatures_are_refused(monkeypatch):
    first = signed()
    monkeypatch.setattr("certify.issue.sign.FIELD_NAME", "Second")
    assert code_of(signed_again(first)) == "CERT-E584"


def test_another_signatures_bytes_are_refused():
    other = signed_again(unsigned() + b"\n")
    assert code_of(with_cms(lambda _: read_pdf(other).cms)) == "CERT-E084"


def change_signer_info(change):
    def changed(der: bytes) -> bytes:
        content = asn1_cms.ContentInfo.load(der)
        change(content["content"]["signer_infos"][0])
        return content.dump(force=True)

    return changed


def flip_s(information) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    r, s = decode_dss_signature(information["signature"].native)
    information["signature"] = encode_dss_signature(r, CURVE_ORDER - s)


def add_unsigned(information) -> None:
    information["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [asn1_cms.OctetString(b"free to change")]}]


@pytest.mark.parametrize("change", [flip_s, add_unsigned], ids=["equivalent signature", "unsigned attribute"])
def test_the_signature_has_one_form_only(change):
    altered = with_cms(change_signer_info(change))
    assert altered != signed()
    assert code_of(altered) == "CERT-E580"


def test_the_place_of_the_signature_has_one_form_only():
    data = signed()
    start, end = hole(data)
    lower = data[:start] + data[start:end].lower() + data[end:]
    padded = data[: end - 2] + b"1" + data[end - 1 :]
    spaced = data[: end - 2] + b" " + data[end - 1 :]
    bare = data[:start] + b"<" + b"0" * (end - start - 2) + b">" + data[end:]
    for altered in (lower, padded, spaced, bare):
        assert len(altered) == len(data)
        assert code_of(altered) == "CERT-E580"


def test_a_signature_that_permits_changes_is_refused(monkeypatch):
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.signers.cms_embedder import SigMDPSetup

    def permissive(**settings):
        return SigMDPSetup(**(settings | {"docmdp_perms": MDPPerm.ANNOTATE}))

    monkeypatch.setattr("pyhanko.sign.signers.cms_embedder.SigMDPSetup", permissive)
    assert code_of(signed_again(unsigned())) == "CERT-E583"


def test_a_signature_in_another_field_is_refused(monkeypatch):
    monkeypatch.setattr("certify.issue.sign.FIELD_NAME", "Signature1")
    assert code_of(signed_again(unsigned())) == "CERT-E584"


def test_an_attachment_that_swells_is_refused(monkeypatch):
    monkeypatch.setattr("certify.verify.pdf_attachments.MAX_BUNDLE_BYTES", len(attachment()) - 1)
    assert code_of(signed()) == "CERT-E088"


def test_a_decompression_bomb_is_refused_within_bounds():
    bomb = zlib.compress(bytes(65 * 1024 * 1024), 9)

    def swell(pdf):
        stream = pdf.Root.Names.EmbeddedFiles.Names[1].EF.F
        stream.write(bomb, filter=pikepdf.Name.FlateDecode)

    assert code_of(signed_again(saved(unsigned(), swell, compress_streams=False))) == "CERT-E088"


def test_a_file_beyond_the_bound_is_refused_before_it_is_read():
    assert code_of(b"%PDF-" + bytes(MAX_PDF_BYTES)) == "CERT-E088"


def test_text_that_looks_like_a_signature_does_not_confuse_the_reader():
    text = b"\n% /ByteRange [0 10 20 30] %%EOF\n"
    assert read_pdf(signed_again(unsigned() + text)).bundle == attachment()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000,
        b"1 0 obj\n" + b"<<" * 50_000,
        b"xref\n0 99999999999\n",
        b"trailer <</Root 1 0 R /Prev 9>>\nstartxref\n9\n",
        b"/ByteRange [0 999999999 999999999 999999999]",
        b"/ByteRange [0 0 0 0]",
        b"/ByteRange [0 5 2 60]<00>",
    ],
)
def test_malformed_files_give_an_error_of_ours(body):
    for end in (b"", b"\n%%EOF\n", b"\nstartxref\n9\n%%EOF\n"):
        assert re.fullmatch(r"CERT-E(08\d|58\d)", code_of(b"%PDF-1.7\n" + body + end))


def flips(count: int, seed: int, low: int, high: int) -> tuple[Counter[str], list[int]]:
    """Codes of single-bit flips at random places, and the places where a flip was accepted."""
    data, generator = bytearray(signed()), random.Random(seed)
    codes: Counter[str] = Counter()
    accepted = []
    for _ in range(count):
        place, bit = generator.randrange(low, high), 1 << generator.randrange(8)
        data[place] ^= bit
        try:
            read_pdf(bytes(data))
            accepted.append(place)
        except CertifyError as error:
            codes[error.code] += 1
        data[place] ^= bit
    return codes, accepted


@pytest.mark.parametrize("part", ["file", "signature"])
def test_every_flipped_bit_of_a_sample_is_found(part):
    low, high = (0, len(signed())) if part == "file" else hole(signed())
    codes, accepted = flips(400, 20261123, low, high)
    assert accepted == []
    assert sum(codes.values()) == 400


@pytest.mark.slow
def test_ten_thousand_flipped_bits_are_found():
    codes, accepted = flips(10_000, 7, 0, len(signed()))
    assert accepted == []
    assert set(codes) <= {"CERT-E080", "CERT-E082", "CERT-E083", "CERT-E084", "CERT-E580"}


@pytest.mark.slow
def test_no_bit_of_the_signature_is_free():
    data = bytearray(signed())
    for place in range(*hole(signed())):
        for bit in range(8):
            data[place] ^= 1 << bit
            with pytest.raises(CertifyError):
                read_pdf(bytes(data))
            data[place] ^= 1 << bit
