"""The signed PDF with a timestamp inside: PAdES B-T in one form."""

import io
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache

import pytest

pytest.importorskip("weasyprint")
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certify.errors import HostileInput
from certify.issue.sign import issuer_certificate, reassemble, sign_pdf
from certify.trust.timestamps import verify_token
from certify.trust.tokens import MAX_TOKEN, token_of
from certify.verify.pdf import read_pdf
from certify.verify.pdf_signature import build_cms, read_cms, reserved
from tests.fakes.certificate_sample import attachment
from tests.fakes.pdf_sample import SIGNER, WHEN, signed, unsigned
from tests.fakes.tsa import authority, standing_authority

CERTIFICATE = issuer_certificate(SIGNER, "Institut für Modellprüfung", WHEN)


@cache
def stamped() -> bytes:
    """The sample certificate with a timestamp."""
    return sign_pdf(unsigned(), SIGNER, CERTIFICATE, WHEN, standing_authority())


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "stamped.pdf"
    path.write_bytes(stamped())
    return path


def hole(data: bytes) -> tuple[int, int]:
    """Where the signature's digits are, without brackets."""
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    return start, data.index(b">", start)


def with_cms(cms: bytes) -> bytes:
    """The stamped file with another signature object in the same place."""
    start, end = hole(stamped())
    return stamped()[:start] + cms.hex().upper().encode().ljust(end - start, b"0") + stamped()[end:]


def refused(data: bytes) -> None:
    with pytest.raises(HostileInput) as error:
        read_pdf(data)
    assert error.value.code in ("CERT-E580", "CERT-E084", "CERT-E130")


def changed(change) -> bytes:
    """The stamped file with something changed in what no signature of ours covers."""
    content = asn1_cms.ContentInfo.load(read_pdf(stamped()).cms)
    signer = content["content"]["signer_infos"][0]
    change(signer)
    return with_cms(content.dump(force=True))


def test_the_timestamp_is_over_the_signature_and_comes_out():
    found = read_pdf(stamped())
    assert (found.bundle, found.keyid) == (attachment(), SIGNER.keyid)
    at = verify_token(found.token, found.signature, [standing_authority().trusted])
    assert abs(datetime.fromisoformat(at.time) - datetime.now(UTC)).total_seconds() < 300


def test_a_file_without_a_timestamp_is_as_it_always_was():
    assert read_pdf(signed()).token is None
    start, end = hole(signed())
    assert end - start == 4096
    start, end = hole(stamped())
    assert end - start == 4096 + 2 * MAX_TOKEN
    assert stamped().startswith(unsigned())


def test_an_auditor_rebuilds_the_stamped_file_too():
    assert reassemble(unsigned(), read_pdf(stamped()).cms, WHEN) == stamped()


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_pdfsig_finds_the_signature_valid_and_the_whole_document_signed(file):
    done = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    assert "Signature Validation: Signature is Valid." in done.stdout
    assert "Total document signed" in done.stdout
    assert "Not total" not in done.stdout


def judged_by_pyhanko(data: bytes):
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    root = asn1_x509.Certificate.load(standing_authority().root.certificate.public_bytes(Encoding.DER))
    return validate_pdf_signature(
        signature,
        ValidationContext(trust_roots=[signature.signer_cert], moment=datetime.now(UTC)),
        ts_validation_context=ValidationContext(trust_roots=[root], moment=datetime.now(UTC)),
    )


def test_pyhanko_validates_signature_and_timestamp():
    status = judged_by_pyhanko(stamped())
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp is not None


def test_a_timestamp_can_be_neither_taken_out_nor_put_in():
    found = read_pdf(stamped())
    digest = asn1_cms.ContentInfo.load(found.cms)["content"]["signer_infos"][0]["signed_attrs"][1]["values"][0].native
    bare = build_cms(found.chain, digest, found.signature)
    assert read_cms(bare.ljust(reserved(found.chain, stamped=False) // 2, b"\0"), digest).token is None
    refused(with_cms(bare))
    other = read_pdf(signed())
    digest = asn1_cms.ContentInfo.load(other.cms)["content"]["signer_infos"][0]["signed_attrs"][1]["values"][0].native
    put_in = build_cms(other.chain, digest, other.signature, token_of(standing_authority()(other.signature)))
    start, end = hole(signed())
    assert 2 * len(put_in) < end - start
    refused(signed()[:start] + put_in.hex().upper().encode().ljust(end - start, b"0") + signed()[end:])


def second_value(signer) -> None:
    values = signer["unsigned_attrs"][0]["values"]
    values.append(values[0])


def second_attribute(signer) -> None:
    signer["unsigned_attrs"].append({"type": "1.2.3.4", "values": [core.OctetString(b"free")]})


def another_attribute(signer) -> None:
    signer["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.OctetString(b"free")]}]


def inside_the_token(signer) -> None:
    token = signer["unsigned_attrs"][0]["values"][0]
    token["content"]["signer_infos"][0]["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.OctetString(b"x")]}]


def another_certificate(signer) -> None:
    data = signer["unsigned_attrs"][0]["values"][0]["content"]
    root = standing_authority().root.certificate.public_bytes(Encoding.DER)
    data["certificates"] = asn1_cms.CertificateSet([data["certificates"][0].chosen, asn1_x509.Certificate.load(root)])


def for_other_bytes(signer) -> None:
    stamp = token_of(standing_authority()(b"something else"))
    signer["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [asn1_cms.ContentInfo.load(stamp)]}]


@pytest.mark.parametrize(
    "change",
    [second_value, second_attribute, another_attribute, inside_the_token, another_certificate, for_other_bytes],
)
def test_nothing_but_one_token_in_one_form_stands_beside_the_signature(change):
    refused(changed(change))


def test_a_token_of_a_stranger_holds_together_and_does_not_count():
    """Anybody can have a signature stamped by an authority of their own; only roots tell them apart."""

    def strange(signer) -> None:
        stamp = token_of(authority()(signer["signature"].native))
        signer["unsigned_attrs"] = [
            {"type": "signature_time_stamp_token", "values": [asn1_cms.ContentInfo.load(stamp)]}
        ]

    found = read_pdf(changed(strange))
    with pytest.raises(HostileInput):
        verify_token(found.token, found.signature, [standing_authority().trusted])


def token_digits() -> tuple[int, int]:
    """Where the token is in the file."""
    start, _ = hole(stamped())
    found = read_pdf(stamped())
    offset = found.cms.index(found.token)
    return start + 2 * offset, start + 2 * (offset + len(found.token))


def flipped(places) -> int:
    data, count = bytearray(stamped()), 0
    for place in places:
        for bit in range(8):
            data[place] ^= 1 << bit
            refused(bytes(data))
            data[place] ^= 1 << bit
            count += 1
    return count


def test_flipped_bits_of_the_token_are_found_without_any_root():
    low, high = token_digits()
    assert flipped(range(low, high, 37)) > 300


@pytest.mark.slow
def test_no_bit_of_the_token_is_free_without_any_root():
    """Every bit of the token itself, set in the file as the digits that spell it."""
    start, _ = hole(stamped())
    low, high = token_digits()
    token = bytearray(read_pdf(stamped()).token)
    count = 0
    for place in range(len(token)):
        for bit in range(8):
            token[place] ^= 1 << bit
            at = low + 2 * place
            refused(stamped()[:at] + f"{token[place]:02X}".encode() + stamped()[at + 2 :])
            token[place] ^= 1 << bit
            count += 1
    assert count == 4 * (high - low) > 6000
    assert low > start
