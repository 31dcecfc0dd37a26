"""The archived copy: the issuer's file unchanged, exactly the preservation data it needs, nothing else."""

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
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from certify.errors import CertifyError, EvidenceMissing, HostileInput
from certify.issue.archive import archive_pdf
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.trust.tokens import token_of
from certify.verify import pdf_preservation
from certify.verify.pdf import read_pdf
from certify.verify.pdf_archive import Material, prepare, take_apart
from certify.verify.pdf_ocsp import answer_covers
from certify.verify.pdf_preservation import check_rounds
from certify.verify.pdf_revocation import Sources
from tests.fakes.pdf_sample import SIGNER, WHEN, signed, unsigned
from tests.fakes.tsa import authority
from tests.fakes.x509_chain import chain_for, empty_list, middle_key, root_key

LATER, MUCH_LATER = WHEN + timedelta(days=2), WHEN + timedelta(days=900)


@cache
def tsa(moment: datetime = WHEN):
    """An authority whose clock stands still."""
    return authority(start=WHEN - timedelta(days=30), end=WHEN + timedelta(days=3000), clock=lambda: moment)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def about(stamper, at: datetime) -> Sources:
    """A stamper's root and its list of revoked certificates."""
    return Sources(
        frozenset([der(stamper.root.certificate)]), frozenset([empty_list("Test Root", stamper.root.key, at)])
    )


def together(*sources: Sources) -> Sources:
    return Sources(*(frozenset().union(*parts) for parts in zip(*sources, strict=True)))


@cache
def chain() -> tuple[bytes, ...]:
    return chain_for(SIGNER.public_pem, WHEN - timedelta(days=30))


def bank(at: datetime, revoked: x509.Certificate | None = None, *, since: datetime | None = None) -> Sources:
    """The lists of the organisation's two authorities."""
    return Sources(
        lists=frozenset(
            [
                empty_list("Bank Issuing CA", middle_key(), since or at, revoked=revoked),
                empty_list("Bank Root CA", root_key(), at),
            ]
        )
    )


@cache
def stamped() -> bytes:
    """Signed under an organisation's authority and stamped: PAdES B-T."""
    return sign_pdf(unsigned(), SIGNER, chain(), WHEN, tsa())


@cache
def archived() -> bytes:
    sources = together(about(tsa(), LATER), bank(LATER))
    return archive_pdf(stamped(), tsa(LATER), sources, LATER)[0]


@cache
def archived_twice() -> bytes:
    return archive_pdf(archived(), tsa(MUCH_LATER), about(tsa(LATER), MUCH_LATER), MUCH_LATER)[0]


def read(data: bytes) -> None:
    """As a stranger reads it."""
    original, rounds = take_apart(data)
    check_rounds(read_pdf(original), rounds)


def refused(data: bytes) -> str:
    with pytest.raises(CertifyError) as error:
        read(data)
    return error.value.code


def test_the_issuers_file_stays_and_the_round_holds_what_it_needs():
    original, rounds = take_apart(archived())
    assert original == stamped()
    assert archived().startswith(stamped())
    assert len(rounds) == 1
    own = {der(tsa().own.certificate), der(tsa().root.certificate)}
    assert set(rounds[0].material.certificates) == {*chain(), *own}
    assert len(rounds[0].material.lists) == 3
    assert "1 round of preservation, the last at 2026-11-25" in check_rounds(read_pdf(original), rounds)


def test_archiving_again_adds_one_round_for_the_timestamp_before():
    original, rounds = take_apart(archived_twice())
    assert original == stamped()
    assert archived_twice().startswith(archived())
    assert [len(one.material.certificates) for one in rounds] == [5, 2]
    assert "2 rounds" in check_rounds(read_pdf(original), rounds)


def test_a_self_issued_certificate_needs_no_list():
    data, words = archive_pdf(signed(), tsa(LATER), Sources(), LATER)
    material = take_apart(data)[1][0].material
    assert material == Material((issuer_certificate(SIGNER, "Institut für Modellprüfung", WHEN),))
    assert "unchanged" in words


def test_no_page_is_touched():
    for file in (archived(), archived_twice()):
        reader = PdfFileReader(io.BytesIO(file), strict=True)
        pages = reader.root["/Pages"]["/Kids"]
        before = PdfFileReader(io.BytesIO(stamped()), strict=True)
        assert [reader.xrefs[pages.raw_get(place).reference] for place in range(len(pages))] == [
            before.xrefs[pages.raw_get(place).reference] for place in range(len(pages))
        ]


def test_pyhanko_finds_the_signature_valid_and_the_additions_those_of_an_archive():
    for file in (archived(), archived_twice()):
        reader = PdfFileReader(io.BytesIO(file), strict=True)
        first, last = reader.embedded_signatures[0], reader.embedded_signatures[-1]
        root = asn1_x509.Certificate.load(chain()[-1])
        context = ValidationContext(trust_roots=[root], moment=LATER)
        stamps = ValidationContext(trust_roots=[_root(tsa())], moment=LATER)
        status = validate_pdf_signature(first, context, ts_validation_context=stamps)
        assert (status.intact, status.valid, status.docmdp_ok, status.bottom_line) == (True, True, True, True)
        assert status.modification_level.name == "LTA_UPDATES"
        stamp = validate_pdf_timestamp(last, ValidationContext(trust_roots=[_root(tsa(LATER)), _root(tsa(MUCH_LATER))]))
        assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)
        assert stamp.coverage.name == "ENTIRE_FILE"


def _root(stamper):
    return asn1_x509.Certificate.load(der(stamper.root.certificate))


def test_pyhanko_needs_nothing_but_the_store_to_check_revocation():
    reader = PdfFileReader(io.BytesIO(archived()), strict=True)
    store = DocumentSecurityStore.read_dss(reader)
    context = store.as_validation_context(
        {"trust_roots": [asn1_x509.Certificate.load(chain()[-1])], "moment": LATER, "revocation_mode": "hard-fail"}
    )
    stamps = store.as_validation_context(
        {"trust_roots": [_root(tsa())], "moment": LATER, "revocation_mode": "hard-fail"}
    )
    status = validate_pdf_signature(reader.embedded_signatures[0], context, ts_validation_context=stamps)
    assert status.bottom_line


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_pdfsig_and_qpdf_read_the_archive(tmp_path):
    path = tmp_path / "archived.pdf"
    path.write_bytes(archived_twice())
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False)
    assert done.stdout.count("Signature Validation: Signature is Valid.") == 1
    assert done.stdout.count("- Total document signed") == 1
    assert "CertifyArchive2" in done.stdout
    if shutil.which("qpdf"):
        assert subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False).returncode == 0


def test_what_is_missing_is_named():
    with pytest.raises(EvidenceMissing) as error:
        archive_pdf(stamped(), tsa(LATER), about(tsa(), LATER), LATER)
    assert (error.value.code, "Bank Issuing CA" in error.value.what) == ("CERT-E592", True)
    with pytest.raises(EvidenceMissing) as error:
        archive_pdf(stamped(), tsa(LATER), bank(LATER), LATER)
    assert "Test Root" in error.value.what
    stale = together(about(tsa(), LATER), bank(WHEN - timedelta(days=60)))
    with pytest.raises(EvidenceMissing):
        archive_pdf(stamped(), tsa(LATER), stale, LATER)


def test_a_certificate_revoked_before_it_signed_is_not_archived():
    own = x509.load_der_x509_certificate(chain()[0])
    early = together(about(tsa(), LATER), bank(LATER, own, since=WHEN - timedelta(days=5)))
    with pytest.raises(HostileInput) as error:
        archive_pdf(stamped(), tsa(LATER), early, LATER)
    assert error.value.code == "CERT-E590"
    after = together(about(tsa(), LATER), bank(LATER, own))
    assert archive_pdf(stamped(), tsa(LATER), after, LATER)[0].startswith(stamped())


def answer(status: ocsp.OCSPCertStatus, revoked_at: datetime | None = None, *carried: x509.Certificate) -> bytes:
    own, above = (x509.load_der_x509_certificate(one) for one in chain()[:2])
    builder = ocsp.OCSPResponseBuilder().add_response(
        own, above, hashes.SHA256(), status, LATER, LATER + timedelta(days=7), revoked_at, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, above)
    made = (builder.certificates(carried) if carried else builder).sign(middle_key(), hashes.SHA256())
    return made.public_bytes(Encoding.DER)


def test_an_answer_about_one_certificate_does_as_well_as_a_list():
    lists = frozenset([empty_list("Bank Root CA", root_key(), LATER)])
    good = Sources(lists=lists, answers=frozenset([answer(ocsp.OCSPCertStatus.GOOD)]))
    data, _ = archive_pdf(stamped(), tsa(LATER), together(about(tsa(), LATER), good), LATER)
    assert [len(part) for part in take_apart(data)[1][0].material] == [5, 2, 1]
    revoked = Sources(lists=lists, answers=frozenset([answer(ocsp.OCSPCertStatus.REVOKED, WHEN)]))
    with pytest.raises(HostileInput):
        archive_pdf(stamped(), tsa(LATER), together(about(tsa(), LATER), revoked), LATER)


USAGE, BASIC = b"\x06\x03\x55\x1d\x0f", b"\x06\x03\x55\x1d\x13"
SHA256 = bytes.fromhex("0609608648016503040201")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"", b""), (USAGE, BASIC), (SHA256, SHA256[:-1] + b"\x7f")],
    ids=["its signer's certificate is for nothing in particular", "an extension twice", "an unknown digest"],
)
def test_an_odd_answer_speaks_of_nobody_and_ends_nothing(old, new):
    """The parser refuses each of them in a way of its own."""
    own, above = (x509.load_der_x509_certificate(one) for one in chain()[:2])
    plain = answer(ocsp.OCSPCertStatus.GOOD, None, above)
    assert old in plain
    odd = plain.replace(old, new) if old else plain
    assert not answer_covers(odd, own, above, WHEN, LATER)
    whole = take_apart(archived())[1][0].material
    lists = (empty_list("Bank Root CA", root_key(), LATER),)
    assert refused(round_of(stamped(), whole._replace(answers=(odd,)))) == "CERT-E591"
    assert refused(round_of(stamped(), whole._replace(lists=lists, answers=(odd,)))) == "CERT-E591"


def test_whatever_a_parser_raises_on_a_round_is_a_refusal(monkeypatch):
    def fails(*_):
        raise KeyError("something new")

    data = archived()
    monkeypatch.setattr(pdf_preservation, "gather", fails)
    assert refused(data) == "CERT-E591"


def round_of(data: bytes, material: Material, stamper=None) -> bytes:
    prepared = prepare(data, material)
    return prepared.finished(token_of((stamper or tsa(LATER))(prepared.signed)))


def test_a_round_lacks_nothing_and_carries_nothing_else():
    whole = take_apart(archived())[1][0].material
    assert refused(round_of(stamped(), whole._replace(lists=whole.lists[:2]))) == "CERT-E591"
    assert refused(round_of(stamped(), whole._replace(certificates=whole.certificates[1:]))) == "CERT-E591"
    foreign = der(authority().root.certificate)
    more = tuple(sorted([*whole.certificates, foreign]))
    assert refused(round_of(stamped(), whole._replace(certificates=more))) == "CERT-E591"
    assert refused(round_of(stamped(), whole._replace(answers=(b"anything",)))) == "CERT-E591"
    assert refused(round_of(stamped(), whole._replace(lists=whole.lists[::-1]))) == "CERT-E591"
    assert round_of(stamped(), whole).startswith(stamped())


def test_a_timestamp_older_than_what_it_is_over_is_refused():
    whole = take_apart(archived())[1][0].material
    early = authority(start=WHEN - timedelta(days=30), clock=lambda: WHEN - timedelta(days=1))
    assert refused(round_of(stamped(), whole, early)) == "CERT-E591"


def painted(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = type(page["/MediaBox"][0])(90)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_page_painted_over_between_or_after_is_refused():
    whole = take_apart(archived())[1][0].material
    assert refused(painted(archived())) == "CERT-E591"
    assert refused(round_of(painted(stamped()), whole)) in ("CERT-E083", "CERT-E591")
    assert refused(round_of(painted(archived()), Material())) in ("CERT-E591", "CERT-E083")


@pytest.mark.parametrize("more", [b"\n", b"junk", b"%%EOF\n"])
def test_bytes_after_the_archive_are_refused(more):
    assert refused(archived() + more) in ("CERT-E083", "CERT-E591", "CERT-E082")


def test_a_cut_archive_is_refused_and_its_whole_rounds_are_good():
    assert refused(archived_twice()[:-1])
    assert refused(archived_twice()[: len(archived()) + 100])
    assert take_apart(archived_twice()[: len(archived())])[1] == take_apart(archived())[1]


def flipped(places: range, bits: int) -> None:
    data = bytearray(archived_twice())
    for place in places:
        for bit in range(bits):
            data[place] ^= 1 << bit
            assert refused(bytes(data))
            data[place] ^= 1 << bit


def test_flipped_bits_of_the_additions_are_found():
    start = len(stamped())
    flipped(range(start, len(archived_twice()), 4001), 1)


@pytest.mark.slow  # each of 3,000 flips rebuilds two rounds: minutes
def test_three_thousand_flipped_bits_of_the_additions_are_found():
    start = len(stamped())
    flipped(range(start, len(archived_twice()), 12), 1)
    assert datetime.now(UTC)
