"""No change of a certificate's file is read as the same document: plain, stamped, under a chain, archived."""

from __future__ import annotations

from functools import cache

import pytest

pytest.importorskip("weasyprint")
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certify.errors import CertifyError
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.trust.tokens import token_of
from certify.verify.pdf import read_pdf
from certify.verify.pdf_archive import Material, prepare, take_apart
from certify.verify.pdf_preservation import check_rounds
from certify.verify.pdf_revision import Base, append, before, stream
from tests.fakes.pdf_sample import SIGNER, WHEN, signed, unsigned
from tests.fakes.tsa import standing_authority
from tests.fakes.x509_chain import chain_for

BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def files() -> tuple[bytes, ...]:
    """Every form that a certificate's file takes."""
    chain, tsa = chain_for(SIGNER.public_pem, WHEN), standing_authority()
    prepared = prepare(signed(), Material((issuer_certificate(SIGNER, "Institut für Modellprüfung", WHEN),)))
    return (
        signed(),
        sign_pdf(unsigned(), SIGNER, issuer_certificate(SIGNER, "X", WHEN), WHEN, tsa),
        sign_pdf(unsigned(), SIGNER, chain, WHEN, tsa),
        prepared.finished(token_of(tsa(prepared.signed))),
    )


def read(data: bytes) -> None:
    """As a stranger reads it."""
    original, rounds = take_apart(data)
    check_rounds(read_pdf(original), rounds) if rounds else read_pdf(original)


def test_every_form_is_read() -> None:
    for data in files():
        read(data)


@BOUNDED
@given(
    which=st.integers(0, 3),
    where=st.floats(0, 1, exclude_max=True),
    length=st.integers(0, 40),
    new=st.binary(max_size=40),
    late=st.booleans(),
)
def test_no_replaced_piece_goes_unseen(which: int, where: float, length: int, new: bytes, late: bool) -> None:
    """``late`` puts it into the last fifth, where signature, revisions and trailers are."""
    data = files()[which]
    place = int(len(data) * (0.8 + where / 5 if late else where))
    altered = data[:place] + new + data[place + length :]
    if altered != data:
        with pytest.raises(CertifyError):
            read(altered)


@BOUNDED
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=6), st.binary(max_size=50))
def test_what_was_appended_can_be_taken_off_again(contents: list[bytes], page: bytes) -> None:
    """Even if the content spells the ends of files itself, the file before comes back or nothing does."""
    old = b"%PDF-1.7\n" + page + b"\nstartxref\n9\n%%EOF\n"
    numbers = dict(enumerate(map(stream, contents), start=8))
    written, offsets = append(Base(old, 1, 2, "00" * 16, 8), numbers)
    assert written.startswith(old)
    assert all(written[at:].startswith(b"%d 0 obj\n" % number) for number, at in offsets.items())
    assert append(Base(old, 1, 2, "00" * 16, 8), numbers)[0] == written
    if b"startxref\n9\n%%EOF\n" not in b"".join(contents):
        assert before(written, 1) == old
