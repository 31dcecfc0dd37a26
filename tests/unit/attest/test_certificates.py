"""Signatures by a certificate, made here in memory; model-signing's own are judged in tests/conformance."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certify.attest.certificates import verify_with_roots
from certify.attest.model_signature import sign_model
from certify.attest.oms_bundle import ModelSignature, read_model_signature
from certify.errors import HostileInput, TrustError, UsageError
from certify.trust.keys import KeySigner, generate_signer
from tests.fakes.chain import write_model

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAY = timedelta(days=1)
SIGN = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
AGREE = x509.KeyUsage(False, False, False, False, True, False, False, False, False)
CERTIFY = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
Extensions = list[tuple[x509.ExtensionType, bool]]


class Authority:
    """A root, an intermediate, and leaves of any kind."""

    def __init__(self) -> None:
        self.keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
        self.root = self.issue("root", 0, self.keys[0].public_key(), self.authority(0))
        self.middle = self.issue("middle", 0, self.keys[1].public_key(), self.authority(1))

    def authority(self, which: int) -> Extensions:
        key_id = x509.SubjectKeyIdentifier.from_public_key(self.keys[which].public_key())
        return [(x509.BasicConstraints(True, None), True), (CERTIFY, True), (key_id, False)]

    def issue(self, name: str, by: int, public: Any, extensions: Extensions,
              span: tuple[int, int] = (-10, 10)) -> x509.Certificate:  # fmt: skip
        issuer, subject = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (("root", "middle")[by], name)
        )
        key_id = x509.SubjectKeyIdentifier.from_public_key(self.keys[by].public_key())
        start, stop = (NOW + days * DAY for days in span)
        builder = x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), start, stop)
        if name != "root":
            extensions = [*extensions, (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), False)]
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.keys[by], hashes.SHA256())


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signer() -> KeySigner:
    return generate_signer()


@pytest.fixture
def signature(tmp_path, signer) -> Callable[..., ModelSignature]:
    """A signature of the signer that brings these certificates."""
    bundle = json.loads(sign_model(write_model(tmp_path / "m"), signer, output=tmp_path / "s").bundle)

    def bring(*chain: x509.Certificate) -> ModelSignature:
        ders = (each.public_bytes(serialization.Encoding.DER) for each in chain)
        certificates = [{"rawBytes": base64.b64encode(der).decode()} for der in ders]
        material = {"x509CertificateChain": {"certificates": certificates}}
        return read_model_signature(json.dumps({**bundle, "verificationMaterial": material}).encode())

    return bring


def pem(*certificates: x509.Certificate) -> list[bytes]:
    return [each.public_bytes(serialization.Encoding.PEM) for each in certificates]


def leaf(authority: Authority, signer: KeySigner, *extensions: x509.ExtensionType, **more: Any) -> x509.Certificate:
    public = more.pop("public", signer.private_key.public_key())
    critical = more.pop("critical", True)
    return authority.issue("leaf", 1, public, [(each, critical) for each in extensions or (SIGN,)], **more)


def test_a_chain_up_to_a_given_root_is_accepted(authority, signer, signature):
    found = verify_with_roots(signature(leaf(authority, signer), authority.middle), pem(authority.root), NOW)
    assert found.name == "CN=leaf"
    assert found.expires == NOW + 10 * DAY
    code = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    for usage in ((SIGN, code), (code,)):
        verify_with_roots(signature(leaf(authority, signer, *usage), authority.middle), pem(authority.root), NOW)


@pytest.mark.parametrize("span", [(-10, -1), (1, 10)])
def test_outside_its_validity_it_is_refused(span, authority, signer, signature):
    brought = signature(leaf(authority, signer, span=span), authority.middle)
    with pytest.raises(HostileInput) as caught:
        verify_with_roots(brought, pem(authority.root), NOW)
    assert caught.value.code == "CERT-E116"
    assert "it is valid from" in caught.value.why


def test_an_authority_that_expired_vouches_for_nobody(authority, signer, signature):
    long = signature(leaf(authority, signer, span=(-10, 100)), authority.middle)
    with pytest.raises(HostileInput, match="not accepted"):
        verify_with_roots(long, pem(authority.root), NOW + 50 * DAY)


@pytest.mark.parametrize(
    ("extensions", "why"),
    [
        ((AGREE,), "not for digital signatures"),
        ((SIGN, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])), "not for signing code"),
        ((x509.BasicConstraints(False, None),), "what its key may be used for"),
        ((SIGN, x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")), "critical"),
    ],
)
def test_a_key_for_something_else_is_refused(extensions, why, authority, signer, signature):
    with pytest.raises(HostileInput) as caught:
        verify_with_roots(signature(leaf(authority, signer, *extensions), authority.middle), pem(authority.root), NOW)
    assert why in caught.value.why


def test_nothing_but_the_given_roots_is_trusted(authority, signer, signature):
    mine, other = leaf(authority, signer), Authority()
    for chain, roots in (
        ((mine, authority.middle), [other.root]),
        ((mine, authority.middle, authority.root), [other.root]),
        ((mine,), [authority.root]),
        ((leaf(other, signer), authority.middle), [authority.root]),
    ):
        with pytest.raises(HostileInput, match="not accepted"):
            verify_with_roots(signature(*chain), pem(*roots), NOW)


@pytest.mark.parametrize("make", [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP256K1())])
def test_keys_that_the_format_does_not_know_are_refused(make, authority, signer, signature):
    foreign = leaf(authority, signer, public=make().public_key())
    with pytest.raises(HostileInput) as caught:
        verify_with_roots(signature(foreign, authority.middle), pem(authority.root), NOW)
    assert "not ECDSA" in caught.value.why


def test_the_signature_has_to_be_of_the_certified_key(authority, signer, signature):
    stolen = leaf(authority, signer, public=generate_signer().private_key.public_key())
    with pytest.raises(HostileInput) as caught:
        verify_with_roots(signature(stolen, authority.middle), pem(authority.root), NOW)
    assert caught.value.code == "CERT-E044"


def test_what_is_no_certificate_is_said_to_be_so(authority, signer, signature):
    good = signature(leaf(authority, signer), authority.middle)
    with pytest.raises(TrustError, match="root"):
        verify_with_roots(good, [signer.public_pem.encode()], NOW)
    der = bytearray(good.chain[0])
    der[der.index(b"\xa0\x03\x02\x01\x02") + 4] = 77  # a version that does not exist
    for broken in (b"", b"0", bytes(der)):
        with pytest.raises(HostileInput, match="not accepted"):
            verify_with_roots(ModelSignature(**{**vars(good), "chain": (broken,)}), pem(authority.root), NOW)


def test_a_bare_key_does_not_pass_for_a_certificate(tmp_path, signer, authority):
    bundle = sign_model(write_model(tmp_path / "k"), signer, output=tmp_path / "s").bundle
    with pytest.raises(UsageError, match="bare key"):
        verify_with_roots(read_model_signature(bundle), pem(authority.root), NOW)
