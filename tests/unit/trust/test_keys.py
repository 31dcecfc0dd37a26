from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certify.errors import TrustError, UsageError
from certify.trust.keys import (
    KeySigner,
    generate_signer,
    keyid_of_pem,
    load_key,
    public_key_of,
    save_key,
    signature_matches,
)

PASSPHRASE = "correct horse battery"


@pytest.mark.parametrize("scheme", ["ecdsa-p256", "ed25519"])
def test_a_key_survives_its_file_and_is_readable_by_its_owner_alone(scheme, tmp_path: Path) -> None:
    signer = generate_signer(scheme)
    path = tmp_path / "keys" / "issuer.pem"
    save_key(path, signer, PASSPHRASE)
    loaded = load_key(path, PASSPHRASE)
    assert (loaded.keyid, loaded.public_pem, loaded.scheme) == (signer.keyid, signer.public_pem, scheme)
    assert signature_matches(public_key_of(signer.public_pem), loaded.sign(b"text"), b"text")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["issuer.pem"]
    assert b"ENCRYPTED" in path.read_bytes()


def test_the_key_id_is_the_digest_of_the_pem_text_with_its_last_line_feed() -> None:
    signer = generate_signer()
    assert signer.public_pem.endswith("-----END PUBLIC KEY-----\n")
    assert signer.keyid == hashlib.sha256(signer.public_pem.encode()).hexdigest() == keyid_of_pem(signer.public_pem)


def test_the_private_key_is_not_printed() -> None:
    assert "private" not in repr(generate_signer())


@pytest.mark.parametrize("scheme", ["ecdsa-p256", "ed25519"])
def test_signing_twice_gives_the_same_bytes(scheme) -> None:
    signer = generate_signer(scheme)
    assert signer.sign(b"same") == signer.sign(b"same")


def test_a_wrong_passphrase_has_its_own_code(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    save_key(path, generate_signer(), PASSPHRASE)
    with pytest.raises(TrustError) as caught:
        load_key(path, "wrong passphrase")
    assert caught.value.code == "CERT-E040"
    assert PASSPHRASE not in str(caught.value)


def _pkcs8(key, passphrase: str | None = PASSPHRASE) -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        b"x" * 70_000,
        _pkcs8(ec.generate_private_key(ec.SECP256R1()), None),
        _pkcs8(ec.generate_private_key(ec.SECP384R1())),
        _pkcs8(rsa.generate_private_key(65537, 2048)),
    ],
    ids=["empty", "text", "damaged", "huge", "not-encrypted", "p384", "rsa"],
)
def test_an_unreadable_or_foreign_key_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(TrustError) as caught:
        load_key(path, PASSPHRASE)
    assert caught.value.code == "CERT-E041"


def test_a_missing_key_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(TrustError) as caught:
        load_key(tmp_path / "none.pem", PASSPHRASE)
    assert caught.value.code == "CERT-E041"


def test_a_short_passphrase_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        save_key(tmp_path / "key.pem", generate_signer(), "short")
    assert caught.value.code == "CERT-E056"
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_old_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.pem"
    save_key(path, old := generate_signer(), PASSPHRASE)

    def full_disk(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(TrustError):
        save_key(path, generate_signer(), PASSPHRASE)
    assert load_key(path, PASSPHRASE).keyid == old.keyid
    assert [entry.name for entry in tmp_path.iterdir()] == ["key.pem"]


@pytest.mark.parametrize(
    "change", [lambda pem: pem + "\n", lambda pem: pem.replace("\n", "\r\n"), lambda pem: " " + pem]
)
def test_a_second_spelling_of_a_public_key_is_refused(change) -> None:
    with pytest.raises(TrustError):
        public_key_of(change(generate_signer().public_pem))


def test_a_foreign_public_key_is_refused() -> None:
    pem = ec.generate_private_key(ec.SECP384R1()).public_key()
    text = pem.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(TrustError, match="neither ECDSA P-256 nor Ed25519"):
        public_key_of(text)


def test_a_p384_private_key_makes_no_signer() -> None:
    with pytest.raises(TrustError):
        KeySigner.of(ec.generate_private_key(ec.SECP384R1()))
