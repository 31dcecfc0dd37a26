from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.errors import CertifyError, HostileInput
from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import STATUS, statement_bytes, subject_of
from certify.trust.bundle import Bundle, parse_bundle, verify_signature
from certify.trust.dsse import pae, sign_statement
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile

SIGNERS = {scheme: generate_signer(scheme) for scheme in ("ecdsa-p256", "ed25519")}
PAYLOAD = statement_bytes(subject_of("model", "ab" * 32), STATUS, {"reason": "key lost", "number": 17})
SIGNED = {scheme: sign_statement(PAYLOAD, signer) for scheme, signer in SIGNERS.items()}


def accepted(data: bytes, scheme: str) -> Bundle | None:
    try:
        bundle = parse_bundle(data)
        verify_signature(bundle, SIGNERS[scheme].public_pem)
    except HostileInput:
        return None
    return bundle


@pytest.mark.parametrize("scheme", ["ecdsa-p256", "ed25519"])
def test_no_flipped_bit_verifies_to_another_payload(scheme: str) -> None:
    data = SIGNED[scheme]
    kept = 0
    for position in range(len(data)):
        for bit in range(8):
            flipped = data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]
            bundle = accepted(flipped, scheme)
            if bundle is not None:
                kept += 1
                assert bundle.payload == PAYLOAD
                assert bundle.keyid == SIGNERS[scheme].keyid
    assert kept == 0


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_edit_verifies_to_another_payload(data: st.DataObject) -> None:
    original = SIGNED["ecdsa-p256"]
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 40)))
    edited = original[:start] + data.draw(st.binary(max_size=40)) + original[end:]
    bundle = accepted(edited, "ecdsa-p256")
    assert bundle is None or bundle.payload == PAYLOAD


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_either_read_or_refused_by_name(data: bytes) -> None:
    for read in (parse_bundle, TrustFile.parse):
        with pytest.raises(CertifyError):
            read(data)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(_json)
@settings(max_examples=200, deadline=None)
def test_any_json_is_refused_by_name(value: object) -> None:
    try:
        data = canonical_bytes(value)
    except HostileInput:
        return
    for read in (parse_bundle, TrustFile.parse):
        with pytest.raises(CertifyError):
            read(data)


@given(st.text(max_size=30), st.binary(max_size=60), st.text(max_size=30), st.binary(max_size=60))
def test_two_different_envelopes_never_sign_the_same_bytes(type_a: str, a: bytes, type_b: str, b: bytes) -> None:
    assert (pae(type_a, a) == pae(type_b, b)) == ((type_a, a) == (type_b, b))


@given(st.binary(min_size=1, max_size=200))
@settings(deadline=None)
def test_every_payload_comes_back_as_signed(payload: bytes) -> None:
    bundle = parse_bundle(sign_statement(payload, SIGNERS["ed25519"]))
    verify_signature(bundle, SIGNERS["ed25519"].public_pem)
    assert bundle.payload == payload
