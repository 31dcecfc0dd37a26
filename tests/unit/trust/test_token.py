"""Keys that never leave a token, and keys in services this machine cannot reach."""

import pytest

from certify.errors import TrustError, UsageError
from certify.trust.bundle import parse_bundle, verify_signature
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer, keyid_of_pem
from certify.trust.remote import token_public_key
from certify.trust.signers import open_signer
from tests.fakes import softhsm

in_a_token = pytest.mark.skipif(softhsm.absence() != "", reason=softhsm.absence() or "there is one")


def pin() -> str:
    return softhsm.PIN


@pytest.fixture(scope="module")
def token() -> softhsm.Token:
    made = softhsm.token()
    made.make_key(1)
    made.make_key(2)
    return made


@in_a_token
def test_a_token_signs_statements_that_anybody_can_check(token):
    signer = open_signer(token.uri(1), passphrase=pin)
    bundle = parse_bundle(sign_statement(b'{"a":1}', signer))
    verify_signature(bundle, token_public_key(token.uri(1), pin))
    assert signer.keyid == keyid_of_pem(signer.public_pem) == bundle.keyid
    assert "PRIVATE" not in repr(signer)


@in_a_token
def test_the_pin_is_asked_for_once(token):
    asked = []

    def ask() -> str:
        asked.append(1)
        return softhsm.PIN

    signer = open_signer(
        token.uri(1), passphrase=lambda: "", pin=ask, public_pem=open_signer(token.uri(1), passphrase=pin).public_pem
    )
    assert signer.sign(b"one") != b""
    assert signer.sign(b"two") != b""
    assert asked == [1]


@in_a_token
def test_another_key_of_the_token_than_the_public_key_says_is_noticed(token):
    signer = open_signer(token.uri(2), passphrase=pin, public_pem=token_public_key(token.uri(1), pin))
    with pytest.raises(TrustError, match="another key"):
        signer.sign(b"text")


@in_a_token
@pytest.mark.parametrize(
    ("uri", "given", "code", "told"),
    [
        ("hsm:1?label=certify+test+token", "wrong pin", "CERT-E040", "PIN"),
        ("hsm:99?label=certify+test+token", softhsm.PIN, "CERT-E041", "could not find"),
        ("hsm:1?label=nobody", softhsm.PIN, "CERT-E041", "nobody"),
    ],
)
def test_what_a_token_refuses_is_told(token, uri, given, code, told):
    with pytest.raises(TrustError) as caught:
        open_signer(uri, passphrase=lambda: given).sign(b"text")
    assert caught.value.code == code
    assert told in caught.value.what
    assert given not in caught.value.what + caught.value.hint


@in_a_token
def test_a_key_of_another_curve_is_refused(token):
    token.make_key(7, "secp384r1")
    with pytest.raises(TrustError) as caught:
        open_signer(token.uri(7), passphrase=pin)
    assert caught.value.code == "CERT-E041"


@in_a_token
def test_a_token_without_its_driver(token, monkeypatch):
    monkeypatch.delenv("PYKCS11LIB")
    with pytest.raises(TrustError, match="PYKCS11LIB"):
        open_signer(token.uri(1), passphrase=pin)


def test_a_token_has_no_ed25519_keys_for_us():
    with pytest.raises(UsageError) as caught:
        open_signer("hsm:1", passphrase=pin, public_pem=generate_signer("ed25519").public_pem)
    assert caught.value.code in ("CERT-E056", "CERT-E010")


@pytest.mark.parametrize("uri", ["awskms:key", "gcpkms:projects/p", "azurekms:vault/key", "hv:key/1"])
def test_a_service_whose_client_is_not_installed_is_named(uri):
    for module in {
        "awskms": "boto3",
        "gcpkms": "google.cloud.kms",
        "azurekms": "azure.identity",
        "hv": "hvac",
    }.values():
        if _importable(module):
            pytest.skip(f"{module} is installed")
    with pytest.raises(UsageError) as caught:
        open_signer(uri, passphrase=pin, public_pem=generate_signer().public_pem)
    assert caught.value.code == "CERT-E010"
    assert "certify-models[kms]" in caught.value.hint


def _importable(module: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
