"""An organisation's own X.509 authority: an RSA root, an authority between, and a certificate for a signer's key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certify.trust.keys import public_key_of

YEAR = timedelta(days=365)
Change = Callable[[x509.CertificateBuilder], x509.CertificateBuilder]


@cache
def root_key() -> rsa.RSAPrivateKey:
    """The root's key, made once."""
    return rsa.generate_private_key(65537, 2048)


@cache
def middle_key() -> ec.EllipticCurvePrivateKey:
    """The key of the authority between, made once."""
    return ec.generate_private_key(ec.SECP384R1())


def name(text: str) -> x509.Name:
    """A subject."""
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Made:
    """How one certificate of a chain is made; tests change one thing of it."""

    start: datetime
    years: int = 10
    authority: bool = True
    path_length: int | None = None
    usage: bool = True
    algorithm: type[hashes.HashAlgorithm] = hashes.SHA256
    change: Change | None = None

    def certificate(self, subject: str, key: Any, issuer: str, signed_by: Any) -> x509.Certificate:
        """The certificate."""
        builder = (
            x509.CertificateBuilder(subject_name=name(subject), issuer_name=name(issuer), public_key=key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.start)
            .not_valid_after(self.start + self.years * YEAR)
            .add_extension(x509.BasicConstraints(ca=self.authority, path_length=self.path_length), critical=True)
        )
        if self.usage:
            flags = ("key_encipherment", "data_encipherment", "key_agreement")
            rest = dict.fromkeys((*flags, "encipher_only", "decipher_only"), False)
            usage = x509.KeyUsage(
                digital_signature=not self.authority,
                content_commitment=not self.authority,
                key_cert_sign=self.authority,
                crl_sign=self.authority,
                **rest,
            )
            builder = builder.add_extension(usage, critical=True)
        if self.change is not None:
            builder = self.change(builder)
        return builder.sign(signed_by, self.algorithm())


def chain_for(public_pem: str, start: datetime, **changed: Made) -> tuple[bytes, ...]:
    """Certificates for a public key, DER: its own, ``middle`` and ``root``; any of the three made otherwise."""
    leaf = changed.get("leaf", Made(start, years=2, authority=False))
    middle, root = changed.get("middle", Made(start, path_length=0)), changed.get("root", Made(start, years=20))
    made = (
        leaf.certificate("Issuing desk", public_key_of(public_pem), "Bank Issuing CA", middle_key()),
        middle.certificate("Bank Issuing CA", middle_key().public_key(), "Bank Root CA", root_key()),
        root.certificate("Bank Root CA", root_key().public_key(), "Bank Root CA", root_key()),
    )
    return tuple(one.public_bytes(Encoding.DER) for one in made)


def empty_list(issuer: str, key: Any, at: datetime, *, revoked: x509.Certificate | None = None) -> bytes:
    """A revocation list of an authority, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name(issuer))
        .last_update(at)
        .next_update(at + timedelta(days=30))
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder(serial_number=revoked.serial_number, revocation_date=at).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
