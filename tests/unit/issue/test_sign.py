import io
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
import pikepdf
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certify.errors import TrustError, UsageError
from certify.issue.sign import issuer_certificate, reassemble, sign_pdf
from certify.trust.keys import generate_signer
from certify.verify.pdf import read_pdf
from certify.verify.pdf_signature import CURVE_ORDER, normal_signature
from tests.fakes.pdf_sample import SIGNER, WHEN, signed, unsigned

PARTY = "Institut für Modellprüfung"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed())
    return path


def test_the_certificate_names_the_party_and_is_the_same_every_time():
    der = issuer_certificate(SIGNER, PARTY, WHEN)
    assert der == issuer_certificate(SIGNER, PARTY, WHEN + timedelta(microseconds=7))
    certificate = x509.load_der_x509_certificate(der)
    certificate.verify_directly_issued_by(certificate)
    assert certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value == PARTY
    assert certificate.public_key() == SIGNER.private_key.public_key()
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert certificate.not_valid_before_utc == WHEN
    assert certificate.not_valid_after_utc.year == 9999
    assert certificate.serial_number > 0


def test_other_keys_parties_and_times_give_other_serials():
    made = [
        issuer_certificate(SIGNER, PARTY, WHEN),
        issuer_certificate(generate_signer(), PARTY, WHEN),
        issuer_certificate(SIGNER, "Another", WHEN),
        issuer_certificate(SIGNER, PARTY, WHEN + timedelta(seconds=1)),
    ]
    assert len({x509.load_der_x509_certificate(der).serial_number for der in made}) == len(made)


def test_a_long_party_name_fits_the_certificate_and_the_signature():
    der = issuer_certificate(SIGNER, "Ж" * 300, WHEN)
    name = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    assert name[0].value == "Ж" * 64
    assert read_pdf(sign_pdf(unsigned(), SIGNER, der, WHEN)).certificate == der


def test_a_key_that_pdf_readers_do_not_know_is_refused():
    signer = generate_signer("ed25519")
    with pytest.raises(TrustError) as error:
        issuer_certificate(signer, PARTY, WHEN)
    assert error.value.code == "CERT-E086"
    with pytest.raises(TrustError):
        sign_pdf(unsigned(), signer, issuer_certificate(SIGNER, PARTY, WHEN), WHEN)


def test_a_signing_time_without_zone_is_refused():
    with pytest.raises(UsageError) as error:
        sign_pdf(unsigned(), SIGNER, issuer_certificate(SIGNER, PARTY, WHEN), datetime(2026, 1, 1))
    assert error.value.code == "CERT-E086"


def test_signing_appends_and_is_the_same_every_time():
    again = sign_pdf(unsigned(), SIGNER, issuer_certificate(SIGNER, PARTY, WHEN), WHEN)
    assert again == signed()
    assert signed().startswith(unsigned())
    assert len(signed()) - len(unsigned()) < 8000


def test_an_auditor_rebuilds_the_signed_file_from_the_rendering_and_the_signature():
    assert reassemble(unsigned(), read_pdf(signed()).cms, WHEN) == signed()
    assert reassemble(unsigned(), read_pdf(signed()).cms, WHEN + timedelta(seconds=1)) != signed()


def test_signing_leaves_the_metadata_alone():
    with pikepdf.open(io.BytesIO(unsigned())) as before, pikepdf.open(io.BytesIO(signed())) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert dict(before.docinfo.items()) == dict(after.docinfo.items())
        assert before.trailer.ID[0] == after.trailer.ID[0]
        assert before.trailer.ID[1] != after.trailer.ID[1]


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_pdfsig_finds_the_signature_valid_and_the_whole_document_signed(file):
    done = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    assert "Signature Validation: Signature is Valid." in done.stdout
    assert "Total document signed" in done.stdout
    assert "Not total" not in done.stdout


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_the_file_well_formed(file):
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pyhanko_validates_it_as_a_certification_without_later_changes():
    signature = PdfFileReader(io.BytesIO(signed())).embedded_signatures[0]
    context = ValidationContext(trust_roots=[signature.signer_cert], moment=datetime(2027, 1, 1, tzinfo=UTC))
    status = validate_pdf_signature(signature, context)
    assert status.intact
    assert status.valid
    assert status.docmdp_ok
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.docmdp_level.name == "NO_CHANGES"


def test_of_two_equivalent_ecdsa_signatures_one_is_normal():
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    r, s = decode_dss_signature(normal_signature(SIGNER.sign(b"data")))
    assert s <= CURVE_ORDER // 2
    assert normal_signature(encode_dss_signature(r, CURVE_ORDER - s)) == encode_dss_signature(r, s)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_check_by_hand_on_the_page_runs(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "certificate-file.md").read_text(encoding="utf-8")
    script = page.split("## Check one by hand")[1].split("```sh\n")[1].split("```")[0]
    (tmp_path / "certificate.pdf").write_bytes(signed())
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert SIGNER.keyid in done.stdout
    (tmp_path / "certificate.pdf").write_bytes(signed().replace(b"%PDF-1.7", b"%PDF-1.6"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
