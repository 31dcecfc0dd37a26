"""A small X.509 authority: a root, the issuer's certificate under it, and its list of revoked certificates.

It exists so that an organisation can have its readers' PDF programs trust one root, once, and exchange issuer keys
below it. Who may issue certificates is still for trust files, which know nothing of X.509.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from certify.issue.sign import MAX_NAME, require_p256
from certify.trust.keys import KeySigner, StatementSigner, public_key_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList, KeyUsage, Name

BACKDATED = timedelta(hours=1)
"""How much earlier than now a certificate begins, for readers whose clocks are slow."""
LIST_DAYS = 90
"""How long a list of revoked certificates counts as fresh."""


def make_root(name: str, signer: KeySigner, now: datetime, *, years: int) -> bytes:
    """A self-issued authority certificate for the signer's key, DER; it may issue end certificates alone.

    Args:
        name: of the organisation, as readers see it.
        signer: the root's key, ECDSA P-256.
        now: present time, aware.
        years: how long it counts.

    Source: RFC 5280 sections 4.2.1.3 and 4.2.1.9.

    Raises:
        TrustError: CERT-E086, the key is of another kind.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    require_p256(signer)
    key, subject = public_key_of(signer.public_pem), _name(name, f"{name[: MAX_NAME - 8]} root CA")
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=subject, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_whole(now) - BACKDATED)
        .not_valid_after(_whole(now) + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    return _der(builder.sign(signer.private_key, hashes.SHA256(), ecdsa_deterministic=True))


def issue_under(
    root: bytes, signer: KeySigner, holder: StatementSigner, party: str, now: datetime, *, days: int
) -> bytes:
    """A certificate for the issuer's key under a root, DER.

    Args:
        root: the authority's certificate, DER.
        signer: the authority's key.
        holder: the issuer's key, ECDSA P-256, wherever it is: only its public half is used.
        party: the issuer's name in the trust file.
        now: present time, aware.
        days: how long it counts, cut off at the root's end.

    Source: RFC 5280 section 4.2; RFC 9336 for the purpose, signing documents.

    Raises:
        TrustError: CERT-E086, the issuer's key is of another kind.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    require_p256(holder)
    above, key = x509.load_der_x509_certificate(root), public_key_of(holder.public_pem)
    identifier = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateBuilder(subject_name=_name(party, party[:MAX_NAME]), issuer_name=above.subject, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_whole(now) - BACKDATED)
        .not_valid_after(min(_whole(now) + timedelta(days=days), above.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return _der(builder.sign(signer.private_key, hashes.SHA256(), ecdsa_deterministic=True))


def revocation_list(
    root: bytes, signer: KeySigner, now: datetime, *, former: bytes | None = None, revoked: Sequence[bytes] = ()
) -> bytes:
    """The authority's list of revoked certificates, DER: those on the former list, and these.

    Source: RFC 5280 section 5.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    moment, builder, number = _whole(now), x509.CertificateRevocationListBuilder(), 1
    if former is not None:
        before = x509.load_der_x509_crl(former)
        number = _number(before) + 1
        for entry in before:
            builder = builder.add_revoked_certificate(entry)
    for one in revoked:
        serial = x509.load_der_x509_certificate(one).serial_number
        entry = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=moment).build()
        builder = builder.add_revoked_certificate(entry)
    made = (
        builder.issuer_name(x509.load_der_x509_certificate(root).subject)
        .last_update(moment)
        .next_update(moment + timedelta(days=LIST_DAYS))
        .add_extension(x509.CRLNumber(number), critical=False)
        .sign(signer.private_key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return _der(made)


def _number(before: CertificateRevocationList) -> int:
    from cryptography import x509

    return before.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _der(made: Certificate | CertificateRevocationList) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return made.public_bytes(Encoding.DER)


def _name(organisation: str, shown: str) -> Name:
    from cryptography import x509

    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organisation[:MAX_NAME]),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, shown),
        ]
    )


def _usage(*, authority: bool) -> KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
