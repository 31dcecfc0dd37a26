"""Keys: made, stored encrypted, loaded, named by the digest of their public half."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certify.errors import TrustError, UsageError
from certify.evidence.canonical import sha256_hex
from certify.files import replace_file

Scheme: TypeAlias = Literal["ecdsa-p256", "ed25519"]
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

MIN_PASSPHRASE = 12
"""Characters; the storage format stretches a passphrase little, so its length has to carry the weight."""
MAX_KEY_FILE = 64 * 1024


class StatementSigner(Protocol):
    """Whoever can sign a statement: a key file, a KMS, a hardware token."""

    @property
    def keyid(self) -> str:
        """SHA-256 (hex) of the public key's PEM text."""
        ...

    @property
    def public_pem(self) -> str:
        """The public key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``: DER for ECDSA, 64 raw bytes for Ed25519."""
        ...


@dataclass(frozen=True)
class KeySigner:
    """A signer whose private key is in this process."""

    private_key: PrivateKey = field(repr=False)
    """The private half; the PDF signature needs it too."""
    public_pem: str
    """The public half as PEM text, LF line ends, one at the end."""
    keyid: str
    """SHA-256 (hex) of ``public_pem``."""
    scheme: Scheme
    """Signature algorithm."""

    @classmethod
    def of(cls, private_key: PrivateKey) -> KeySigner:
        """The signer of a private key."""
        public = private_key.public_key()
        pem = pem_of(public)
        return cls(private_key=private_key, public_pem=pem, keyid=keyid_of_pem(pem), scheme=scheme_of(public))

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``; the same data gives the same bytes. Source: RFC 6979, RFC 8032."""
        if isinstance(self.private_key, ed25519.Ed25519PrivateKey):
            return self.private_key.sign(data)
        return self.private_key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def generate_signer(scheme: Scheme = "ecdsa-p256") -> KeySigner:
    """A new random key."""
    if scheme == "ed25519":
        return KeySigner.of(ed25519.Ed25519PrivateKey.generate())
    return KeySigner.of(ec.generate_private_key(ec.SECP256R1()))


def keyid_of_pem(pem: str) -> str:
    """SHA-256 (hex) of a public key's PEM text, exactly as given."""
    return sha256_hex(pem.encode("utf-8"))


def pem_of(public: PublicKey) -> str:
    """The one PEM text of a public key. Source: RFC 7468 section 13, SubjectPublicKeyInfo."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


@lru_cache(maxsize=256)
def public_key_of(pem: str) -> PublicKey:
    """The key of a PEM text.

    Raises:
        TrustError: CERT-E041, not a P-256 or Ed25519 key, or not in the one form ``pem_of`` writes,
            in which case the same key could appear under several key ids.
    """
    try:
        key = serialization.load_pem_public_key(pem.encode("utf-8"))
    except Exception as error:  # the parser raises several kinds on hostile bytes; all mean the same here
        raise _foreign("the public key cannot be read") from error
    scheme_of(key)
    public = cast("PublicKey", key)
    if pem_of(public) != pem:
        raise _foreign("the public key is not written in the standard form (LF line ends, one at the end)")
    return public


def scheme_of(key: object) -> Scheme:
    """The signature algorithm of a public or private key.

    Raises:
        TrustError: CERT-E041, neither P-256 nor Ed25519.
    """
    if isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1":
        return "ecdsa-p256"
    raise _foreign("the key is neither ECDSA P-256 nor Ed25519")


def signature_matches(public: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` over ``data`` was made by the key; the key alone decides the algorithm."""
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        else:
            public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def save_key(path: Path, signer: KeySigner, passphrase: str) -> None:
    """Write the private key encrypted (PKCS#8 PEM), readable by its owner alone; replaces as a whole.

    Raises:
        UsageError: CERT-E056, the passphrase is too short.
        TrustError: CERT-E041, the file cannot be written.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            "CERT-E056",
            f"the passphrase has fewer than {MIN_PASSPHRASE} characters",
            "whoever copies the key file could guess it",
            "choose several random words",
        )
    data = signer.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode("utf-8")),
    )
    try:
        replace_file(path, data, mode=0o600)
    except OSError as error:
        raise TrustError("CERT-E041", f"the key file {path} cannot be written", str(error)) from error


def load_key(path: Path, passphrase: str) -> KeySigner:
    """The signer of an encrypted key file.

    Raises:
        TrustError: CERT-E040 wrong passphrase; CERT-E041 unreadable, not encrypted, or a foreign kind of key.
    """
    return decrypt_key(_read_key_file(path), passphrase, label=f"the key file {path}")


def decrypt_key(data: bytes, passphrase: str, *, label: str) -> KeySigner:
    """The signer of an encrypted PKCS#8 key in PEM; ``label`` names where it came from.

    Raises:
        TrustError: as ``load_key``.
    """
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in data:
        raise _foreign(f"{label} is not an encrypted PKCS#8 key")
    try:
        key = serialization.load_pem_private_key(data, passphrase.encode("utf-8"))
    except (ValueError, TypeError) as error:
        if "assword" in str(error):
            raise TrustError(
                "CERT-E040",
                f"the passphrase does not open {label}",
                "the key stays encrypted without it",
                "set CERTIFY_PASSPHRASE or CERTIFY_PASSPHRASE_FILE to the passphrase of this key",
            ) from error
        raise _foreign(f"{label} is damaged") from error
    except Exception as error:
        raise _foreign(f"{label} cannot be read") from error
    scheme_of(key)
    return KeySigner.of(cast("PrivateKey", key))


def _read_key_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_KEY_FILE + 1)
    except OSError as error:
        raise TrustError(
            "CERT-E041",
            f"the key file {path} cannot be read",
            str(error.strerror),
            "check the path, or make a key: certify keys make FILE",
        ) from error
    if len(data) > MAX_KEY_FILE:
        raise _foreign(f"the key file {path} is larger than any key")
    return data


def _foreign(what: str) -> TrustError:
    return TrustError(
        "CERT-E041",
        what,
        "certify signs and verifies with ECDSA P-256 and Ed25519 keys",
        "make a key: certify keys make FILE",
    )
