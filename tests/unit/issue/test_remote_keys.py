"""The PDF signed by a key that is not in this process: in a PKCS#11 token, in a key service."""

from __future__ import annotations

import pytest

pytest.importorskip("weasyprint")
from cryptography.hazmat.primitives.asymmetric import ec

from certify.errors import TrustError
from certify.issue.authority import issue_under, make_root
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.trust.keys import KeySigner, StatementSigner, generate_signer, pem_of
from certify.trust.remote import RemoteSigner
from certify.trust.signers import open_signer
from certify.verify.pdf import read_pdf
from tests.fakes import softhsm
from tests.fakes.kms import KeyService, key_service
from tests.fakes.pdf_sample import WHEN, unsigned

PARTY = "Institut für Modellprüfung"


def check_signs(signer: StatementSigner) -> None:
    """The key signs the PDF alone, and under an authority that never sees its private half."""
    alone = sign_pdf(unsigned(), signer, issuer_certificate(signer, PARTY, WHEN), WHEN)
    assert read_pdf(alone).public_pem == signer.public_pem
    authority = generate_signer()
    root = make_root(PARTY, authority, WHEN, years=10)
    leaf = issue_under(root, authority, signer, PARTY, WHEN, days=365)
    found = read_pdf(sign_pdf(unsigned(), signer, [leaf, root], WHEN))
    assert (found.public_pem, found.chain) == (signer.public_pem, (leaf, root))


@pytest.mark.skipif(softhsm.absence() != "", reason=softhsm.absence() or "there is one")
def test_a_token_signs_the_pdf() -> None:
    token = softhsm.token()
    token.make_key(47)
    signer = open_signer(token.uri(47), passphrase=lambda: softhsm.PIN)
    assert isinstance(signer, RemoteSigner)
    check_signs(signer)


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    pytest.importorskip("securesystemslib")
    return ec.generate_private_key(ec.SECP256R1())


def test_a_key_service_signs_the_pdf(key: ec.EllipticCurvePrivateKey) -> None:
    asked = KeyService.asked
    with key_service("alias/issuer", key) as uri:
        signer = open_signer(uri, passphrase=lambda: "", public_pem=pem_of(key.public_key()))
        check_signs(signer)
    assert isinstance(signer, RemoteSigner)
    assert KeyService.asked == asked + 3  # its own certificate, and two PDFs


def test_a_service_that_signs_with_another_key_is_noticed(key: ec.EllipticCurvePrivateKey) -> None:
    other = KeySigner.of(ec.generate_private_key(ec.SECP256R1()))
    with key_service("alias/issuer", key) as uri:
        signer = open_signer(uri, passphrase=lambda: "", public_pem=other.public_pem)
        with pytest.raises(TrustError) as error:
            sign_pdf(unsigned(), signer, issuer_certificate(other, PARTY, WHEN), WHEN)
    assert error.value.code == "CERT-E041"
