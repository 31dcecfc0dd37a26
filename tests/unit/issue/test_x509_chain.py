"""The PDF signed under X.509 certificates of an authority: the workspace's own small one, or an organisation's."""

import io
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

pytest.importorskip("weasyprint")
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certify.errors import CertifyError, HostileInput
from certify.issue.authority import issue_under, make_root, revocation_list
from certify.issue.sign import reassemble, sign_pdf
from certify.trust.keys import generate_signer
from certify.verify.pdf import read_pdf
from certify.verify.pdf_chain import check_chain
from certify.verify.pdf_signature import CONTENTS_RESERVED
from tests.fakes.pdf_sample import SIGNER, WHEN, signed, unsigned
from tests.fakes.tsa import authority
from tests.fakes.x509_chain import Made, chain_for

START = WHEN - timedelta(days=30)


@cache
def chain() -> tuple[bytes, ...]:
    return chain_for(SIGNER.public_pem, START)


@cache
def under_chain() -> bytes:
    return sign_pdf(unsigned(), SIGNER, chain(), WHEN)


@cache
def workspace_authority():
    signer = generate_signer()
    root = make_root("Institut für Modellprüfung", signer, WHEN, years=10)
    return signer, root, issue_under(root, signer, SIGNER, "Institut für Modellprüfung", WHEN, days=900)


def code_of(data: bytes) -> str:
    with pytest.raises(HostileInput) as error:
        read_pdf(data)
    return error.value.code


def test_every_certificate_comes_out_in_order_and_the_file_can_be_rebuilt():
    found = read_pdf(under_chain())
    assert found.chain == chain()
    assert found.keyid == SIGNER.keyid
    assert found.authority == "Bank Root CA"
    assert reassemble(unsigned(), found.cms, WHEN) == under_chain()
    assert sign_pdf(unsigned(), SIGNER, chain(), WHEN) == under_chain()


def test_one_certificate_takes_the_room_it_always_took():
    assert f"/ByteRange [0 {len(unsigned())}".encode()[:13] in signed()
    start = signed().rindex(b"/Contents <") + len(b"/Contents <")
    assert signed().index(b">", start) - start == CONTENTS_RESERVED


def test_the_workspaces_own_authority_makes_a_chain_of_two():
    signer, root, leaf = workspace_authority()
    assert check_chain((leaf, root), WHEN) == "Institut für Modellprüfung root CA"
    assert read_pdf(sign_pdf(unsigned(), SIGNER, (leaf, root), WHEN)).keyid == SIGNER.keyid
    former = revocation_list(root, signer, WHEN, revoked=[leaf])
    later = x509.load_der_x509_crl(revocation_list(root, signer, WHEN + timedelta(days=1), former=former))
    assert later.is_signature_valid(signer.private_key.public_key())
    assert [entry.serial_number for entry in later] == [x509.load_der_x509_certificate(leaf).serial_number]
    assert later.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2


@pytest.mark.parametrize("own", [True, False], ids=["workspace", "organisation"])
def test_pyhanko_validates_it_up_to_the_root_alone(own):
    certificates = workspace_authority()[2:0:-1] if own else chain()
    data = sign_pdf(unsigned(), SIGNER, certificates, WHEN)
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    root = asn1_x509.Certificate.load(certificates[-1])
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], moment=WHEN + timedelta(hours=1)))
    assert status.bottom_line
    assert status.trusted
    assert status.coverage.name == "ENTIRE_FILE"


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_pdfsig_finds_the_whole_document_signed(tmp_path):
    path = tmp_path / "signed.pdf"
    path.write_bytes(under_chain())
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False)
    assert "Signature Validation: Signature is Valid." in done.stdout
    assert "- Total document signed" in done.stdout
    assert "Issuing desk" in done.stdout


def critical(builder):
    return builder.add_extension(x509.NameConstraints([x509.DNSName("example.org")], None), critical=True)


def purpose(oid, *, critical):
    usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid)])
    return Made(START, authority=False, change=lambda builder: builder.add_extension(usage, critical=critical))


BROKEN = {
    "leaf is for timestamps alone": {"leaf": purpose("1.3.6.1.5.5.7.3.8", critical=True)},
    "leaf expired": {"leaf": Made(START - timedelta(days=400), years=1, authority=False)},
    "root expired": {"root": Made(START - timedelta(days=400), years=1)},
    "not yet valid": {"leaf": Made(WHEN + timedelta(seconds=1), years=1, authority=False)},
    "leaf is an authority": {"leaf": Made(START, authority=True)},
    "middle is no authority": {"middle": Made(START, authority=False)},
    "root allows none between": {"root": Made(START, years=20, path_length=0)},
    "another hash": {"leaf": Made(START, authority=False, algorithm=hashes.SHA224)},
    "unknown condition": {"middle": Made(START, path_length=0, change=critical)},
}


@pytest.mark.parametrize("made", BROKEN.values(), ids=list(BROKEN))
def test_certificates_that_do_not_hold_together_are_refused(made):
    assert code_of(sign_pdf(unsigned(), SIGNER, chain_for(SIGNER.public_pem, START, **made), WHEN)) == "CERT-E590"


@pytest.mark.parametrize(
    ("oid", "critical"),
    [("1.3.6.1.5.5.7.3.36", True), ("1.3.6.1.5.5.7.3.4", True), ("2.5.29.37.0", True), ("1.3.6.1.5.5.7.3.8", False)],
    ids=["documents", "e-mail", "any", "not critical"],
)
def test_a_purpose_that_fits_or_does_not_bind_is_no_obstacle(oid, critical):
    assert check_chain(chain_for(SIGNER.public_pem, START, leaf=purpose(oid, critical=critical)), WHEN)


def test_a_signature_dated_back_into_the_life_of_its_certificate_is_refused():
    """The issuer's own time says it was valid, the authority's that it no longer was."""
    expired = chain_for(SIGNER.public_pem, START, leaf=Made(WHEN - timedelta(days=364), years=1, authority=False))
    assert read_pdf(sign_pdf(unsigned(), SIGNER, expired, WHEN)).chain == expired
    stamper = authority(start=START, clock=lambda: WHEN + timedelta(days=2))
    assert code_of(sign_pdf(unsigned(), SIGNER, expired, WHEN, stamper)) == "CERT-E590"


@pytest.mark.parametrize(
    "order",
    [(0,), (0, 1), (0, 2), (0, 2, 1), (0, 1, 2, 2)],
    ids=["no issuer", "no root", "a gap", "disorder", "twice"],
)
def test_the_chain_is_whole_and_in_order(order):
    with pytest.raises(HostileInput) as error:
        check_chain([chain()[place] for place in order], WHEN)
    assert error.value.code == "CERT-E590"


def test_a_certificate_can_be_neither_taken_out_nor_exchanged():
    other = chain_for(SIGNER.public_pem, START, middle=Made(START, path_length=1))
    found = read_pdf(under_chain())
    start = under_chain().rindex(b"/Contents <") + len(b"/Contents <")
    for certificate, instead in ((chain()[1], other[1]), (chain()[2], b"")):
        altered = found.cms.replace(certificate, instead)
        assert altered != found.cms
        digits = altered.hex().upper().encode()
        room = under_chain().index(b">", start) - start
        assert code_of(under_chain()[:start] + digits.ljust(room, b"0") + under_chain()[start + room :]) == "CERT-E580"


def test_flipped_bits_of_the_certificates_are_found():
    data, found = bytearray(under_chain()), read_pdf(under_chain())
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    places = range(start, start + 2 * len(found.cms), 61)
    for place in places:
        data[place] ^= 1
        with pytest.raises(CertifyError):
            read_pdf(bytes(data))
        data[place] ^= 1
    assert len(places) > 50
    assert read_pdf(bytes(data)) == found


def test_another_key_than_the_certificates_is_refused():
    other = chain_for(generate_signer().public_pem, START)
    assert code_of(sign_pdf(unsigned(), SIGNER, other, WHEN)) == "CERT-E580"
    assert datetime.now(UTC) > START
