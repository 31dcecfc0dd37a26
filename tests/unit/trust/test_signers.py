from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from certify.errors import TrustError, UsageError
from certify.trust.bundle import parse_bundle, verify_signature
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer, save_key
from certify.trust.passphrase import find_passphrase, find_pin
from certify.trust.signers import as_uri, open_signer

PASSPHRASE = "correct horse battery"


def ask() -> str:
    return PASSPHRASE


def test_a_key_file_is_opened_by_its_uri(tmp_path: Path) -> None:
    made = generate_signer()
    save_key(tmp_path / "key.pem", made, PASSPHRASE)
    assert open_signer(f"file:{tmp_path}/key.pem", passphrase=ask).keyid == made.keyid


@pytest.mark.parametrize("scheme", ["ecdsa-p256", "ed25519"])
def test_a_key_elsewhere_signs_through_securesystemslib(scheme, tmp_path: Path) -> None:
    made = generate_signer(scheme)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "elsewhere.pem").write_bytes(made.private_key.private_bytes(*form))
    signer = open_signer(f"file2:{tmp_path}/elsewhere.pem", passphrase=ask, public_pem=made.public_pem)
    bundle = parse_bundle(sign_statement(b"{}", signer))
    verify_signature(bundle, made.public_pem)
    assert bundle.keyid == made.keyid


def test_a_key_in_the_environment(monkeypatch, tmp_path: Path) -> None:
    made = generate_signer()
    save_key(tmp_path / "key.pem", made, PASSPHRASE)
    monkeypatch.setenv("ISSUER_KEY", (tmp_path / "key.pem").read_text())
    assert open_signer("env:ISSUER_KEY", passphrase=ask).keyid == made.keyid
    with pytest.raises(TrustError) as wrong:
        open_signer("env:ISSUER_KEY", passphrase=lambda: "wrong horse battery")
    assert wrong.value.code == "CERT-E040"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    monkeypatch.setenv("ISSUER_KEY", made.private_key.private_bytes(*form).decode())
    with pytest.raises(TrustError, match="not an encrypted") as plain:
        open_signer("env:ISSUER_KEY", passphrase=ask)
    assert plain.value.code == "CERT-E041"
    assert "PRIVATE" not in plain.value.what


@pytest.mark.parametrize("name", ["NOT_SET", "", "a b", "X=1"])
def test_an_environment_variable_that_holds_no_key(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_signer(f"env:{name}", passphrase=ask)
    assert caught.value.code == "CERT-E056"


def test_a_relative_path_starts_from_the_workspace(tmp_path: Path) -> None:
    made = generate_signer()
    save_key(tmp_path / "keys" / "issuer.pem", made, PASSPHRASE)
    assert open_signer("file:keys/issuer.pem", passphrase=ask, base=tmp_path).keyid == made.keyid


@pytest.mark.parametrize(
    ("text", "uri"),
    [("key.pem", "file:key.pem"), ("env:KEY", "env:KEY"), ("hsm:", "hsm:"), ("c:/keys/k.pem", "file:c:/keys/k.pem")],
)
def test_a_path_or_a_uri(text: str, uri: str) -> None:
    assert as_uri(text) == uri


class _WrongBackend:
    def sign(self, data: bytes) -> object:
        class Answer:
            signature = generate_signer().sign(data).hex()

        return Answer()


class _DeadBackend:
    def sign(self, data: bytes) -> object:
        raise ConnectionError("no route to host")


@pytest.mark.parametrize("backend", [_WrongBackend(), _DeadBackend()])
def test_a_service_that_fails_or_signs_with_another_key_is_noticed(backend, tmp_path: Path) -> None:
    made = generate_signer()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "k.pem").write_bytes(made.private_key.private_bytes(*form))
    signer = open_signer(f"file2:{tmp_path}/k.pem", passphrase=ask, public_pem=made.public_pem)
    object.__setattr__(signer, "backend", backend)
    with pytest.raises(TrustError) as caught:
        signer.sign(b"text")
    assert caught.value.code == "CERT-E041"


@pytest.mark.parametrize("uri", ["key.pem", "file:", "awskms:abc", "nosuch:abc"])
def test_an_unusable_uri_is_a_usage_error(uri: str) -> None:
    pem = generate_signer().public_pem if uri.startswith("nosuch") else None
    with pytest.raises(UsageError) as caught:
        open_signer(uri, passphrase=ask, public_pem=pem)
    assert caught.value.code == "CERT-E056"


def test_a_missing_remote_key_is_a_trust_error(tmp_path: Path) -> None:
    with pytest.raises(TrustError) as caught:
        open_signer(f"file2:{tmp_path}/none", passphrase=ask, public_pem=generate_signer().public_pem)
    assert caught.value.code == "CERT-E041"


def test_the_passphrase_comes_from_the_environment_then_a_file_then_a_person(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("from a file\nsecond line")
    both = {"CERTIFY_PASSPHRASE": "from the environment", "CERTIFY_PASSPHRASE_FILE": str(file)}
    assert find_passphrase("the key", environ=both) == "from the environment"
    assert find_passphrase("the key", environ={"CERTIFY_PASSPHRASE_FILE": str(file)}) == "from a file"
    assert find_passphrase("the key", environ={}, prompt=lambda text: f"asked {text}").startswith(
        "asked Passphrase for"
    )


@pytest.mark.parametrize("variables", [{}, {"CERTIFY_PASSPHRASE_FILE": "/nonexistent"}, {"CERTIFY_PASSPHRASE": ""}])
def test_no_passphrase_says_what_to_do(variables: dict[str, str]) -> None:
    with pytest.raises(TrustError) as caught:
        find_passphrase("the issuer's key", environ=variables)
    assert caught.value.code == "CERT-E040"
    assert "CERTIFY_PASSPHRASE" in caught.value.hint


def test_a_pin_has_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("4711\n")
    both = {"CERTIFY_PASSPHRASE": "for the log key", "CERTIFY_PIN_FILE": str(tmp_path / "pin")}
    assert find_pin("the token", environ=both) == "4711"
    assert find_pin("the token", environ={"CERTIFY_PASSPHRASE": "both"}) == "both"
    with pytest.raises(TrustError, match="no PIN"):
        find_pin("the token", environ={})
