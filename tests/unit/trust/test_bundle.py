from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes
from certify.evidence.log_entry import LogEntry
from certify.evidence.statement import PAYLOAD_TYPE, STATUS, statement_bytes, subject_of
from certify.trust.bundle import MAX_BUNDLE, parse_bundle, statement_of, verify_signature
from certify.trust.dsse import pae, sign_statement
from certify.trust.keys import generate_signer
from certify.trust.log_entry import entry_of

PAYLOAD = statement_bytes(subject_of("model", "ab" * 32), STATUS, {"serial": "CM-0000-0000-0000"})
SIGNER = generate_signer()
SIGNED = sign_statement(PAYLOAD, SIGNER)


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    document = json.loads(SIGNED)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is None and isinstance(place, dict):
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def code_of(document: Any) -> str:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(HostileInput) as caught:
        parse_bundle(data)
    return caught.value.code


def test_pae_is_the_example_of_the_specification() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize("scheme", ["ecdsa-p256", "ed25519"])
def test_what_is_signed_is_read_back_and_verifies(scheme) -> None:
    signer = generate_signer(scheme)
    data = sign_statement(PAYLOAD, signer)
    bundle = parse_bundle(data)
    assert bundle == parse_bundle(json.loads(data))
    assert (bundle.payload, bundle.payload_type, bundle.keyid) == (PAYLOAD, PAYLOAD_TYPE, signer.keyid)
    assert bundle.to_bytes() == data == canonical_bytes(json.loads(data))
    verify_signature(bundle, signer.public_pem)
    assert statement_of(bundle).subject[0].digest.sha256 == "ab" * 32


def test_the_bundle_has_the_form_sigstore_clients_read() -> None:
    document = json.loads(SIGNED)
    assert document["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert document["verificationMaterial"] == {"publicKey": {"hint": SIGNER.keyid}, "tlogEntries": []}
    assert [entry["keyid"] for entry in document["dsseEnvelope"]["signatures"]] == [SIGNER.keyid]


def test_the_leaf_follows_from_the_bundle() -> None:
    bundle = parse_bundle(SIGNED)
    assert entry_of(bundle) == LogEntry(
        predicate_type=STATUS, payload_sha256=bundle.payload_sha256, subject="ab" * 32, keyid=SIGNER.keyid
    )


def test_a_second_signature_is_refused_with_its_own_code() -> None:
    signatures = json.loads(SIGNED)["dsseEnvelope"]["signatures"]
    assert code_of(changed(["dsseEnvelope", "signatures"], signatures * 2)) == "CERT-E043"
    assert code_of(changed(["dsseEnvelope", "signatures"], [])) == "CERT-E043"


@pytest.mark.parametrize(
    "document",
    [
        changed(["mediaType"], "application/vnd.dev.sigstore.bundle.v0.2+json"),
        changed(["mediaType"], None),
        changed(["dsseEnvelope", "payloadType"], "application/json"),
        changed(["dsseEnvelope", "extra"], 1),
        changed(["dsseEnvelope"], {}),
        changed(["dsseEnvelope", "payload"], 5),
        changed(["verificationMaterial", "publicKey", "hint"], "0" * 64),
        changed(["verificationMaterial", "publicKey"], None),
        changed(["verificationMaterial", "certificate"], {"rawBytes": "AA=="}),
        changed(["verificationMaterial", "tlogEntries"], [{"logIndex": "1"}]),
        changed(["dsseEnvelope", "signatures", 0, "keyid"], SIGNER.keyid.upper()),
        {"media_type": "x"},
        [],
        "text",
    ],
)
def test_another_form_is_malformed(document: Any) -> None:
    assert code_of(document) == "CERT-E045"


def test_a_null_or_a_python_spelling_is_no_field() -> None:
    document = json.loads(SIGNED)
    document["verificationMaterial"]["timestampVerificationData"] = None
    assert code_of(document) == "CERT-E045"
    document = json.loads(SIGNED)
    document["dsseEnvelope"]["payload_type"] = document["dsseEnvelope"].pop("payloadType")
    assert code_of(document) == "CERT-E045"


@pytest.mark.parametrize("spelling", ["AB==", "AA=", "A A=", "AA==\n", "-_==", "AA===", "ä"])
@pytest.mark.parametrize("field", [["dsseEnvelope", "payload"], ["dsseEnvelope", "signatures", 0, "sig"]])
def test_base64_has_one_spelling(field: list[Any], spelling: str) -> None:
    assert code_of(changed(field, spelling)) == "CERT-E045"


@pytest.mark.parametrize("empty", [{}, {"rfc3161Timestamps": []}], ids=["as @sigstore/bundle writes it", "empty list"])
def test_a_place_for_timestamps_that_holds_none_is_no_timestamp(empty: dict[str, Any]) -> None:
    bundle = parse_bundle(json.dumps(changed(["verificationMaterial", "timestampVerificationData"], empty)).encode())
    verify_signature(bundle, SIGNER.public_pem)
    assert bundle.timestamp is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" * 50_000, "CERT-E049"),
        (b'{"a":1,"a":1}', "CERT-E047"),
        (b'{"a":NaN}', "CERT-E048"),
        (b'{"a":1e999}', "CERT-E048"),
        (b"\xff\xfe", "CERT-E046"),
        (b"{", "CERT-E046"),
        (b" " * (MAX_BUNDLE + 1), "CERT-E046"),
    ],
)
def test_hostile_json_is_refused_with_its_own_code(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_duplicate_key_deep_inside_is_refused() -> None:
    doubled = SIGNED.replace(b'"payloadType"', b'"payloadType":"application/vnd.in-toto+json","payloadType"')
    assert code_of(doubled) == "CERT-E047"


def test_another_key_or_payload_does_not_match() -> None:
    bundle = parse_bundle(SIGNED)
    with pytest.raises(HostileInput) as caught:
        verify_signature(bundle, generate_signer().public_pem)
    assert caught.value.code == "CERT-E044"
    other = base64.b64encode(PAYLOAD.replace(b"model", b"modal")).decode()
    with pytest.raises(HostileInput) as caught:
        verify_signature(parse_bundle(changed(["dsseEnvelope", "payload"], other)), SIGNER.public_pem)
    assert caught.value.code == "CERT-E044"


def test_the_key_not_the_envelope_decides_the_algorithm() -> None:
    edwards = generate_signer("ed25519")
    document = copy.deepcopy(json.loads(SIGNED))
    document["dsseEnvelope"]["signatures"][0]["keyid"] = edwards.keyid
    document["verificationMaterial"]["publicKey"]["hint"] = edwards.keyid
    with pytest.raises(HostileInput) as caught:
        verify_signature(parse_bundle(document), edwards.public_pem)
    assert caught.value.code == "CERT-E044"


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"[]",
        b"null",
        b"{",
        PAYLOAD.replace(b'"_type"', b'"type"'),
        PAYLOAD.replace(b"Statement/v1", b"Statement/v0"),
    ],
)
def test_a_signed_payload_that_is_no_statement_is_refused(payload: bytes) -> None:
    with pytest.raises(HostileInput) as caught:
        statement_of(parse_bundle(sign_statement(payload, SIGNER)))
    assert caught.value.code in {"CERT-E045", "CERT-E046"}
