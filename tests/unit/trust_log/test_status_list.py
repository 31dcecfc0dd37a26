"""Status lists: their form, and what is refused."""

from __future__ import annotations

import base64
import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json
from certify.evidence.lifecycle import StatusList, StatusPurpose
from certify.evidence.statement import Statement, statement_bytes
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner
from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.status import Standing
from certify.trust.status_list import (
    LEAST_BITS,
    MOST_BITS,
    CheckedLists,
    StatusLists,
    bit_at,
    bits_of,
    check_lists,
    credential_of,
    decode_bits,
    encode_bits,
    length_for,
    subject_for,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
LOG = NoteSigner("log.example/certify", KEY)
SIZE = 1000


def listed(purpose: StatusPurpose, *set_bits: int, size: int = SIZE, **changes: Any) -> StatusList:
    note = sign_checkpoint(Checkpoint(LOG.name, size, b"\x01" * 32), LOG)
    parts = {
        "origin": LOG.name,
        "size": size,
        "root": "01" * 32,
        "checkpoint": note,
        "status_purpose": purpose,
        "encoded_list": encode_bits(bits_of(set_bits, size)),
        "valid_from": "2026-06-01T00:00:00Z",
        "valid_until": "2026-06-02T00:00:00Z",
    }
    return StatusList(**{**parts, **changes})


def signed(made: StatusList, key: Ed25519PrivateKey = KEY, kind: str = kinds.STATUS_LIST) -> dict[str, Any]:
    bits = decode_bits(made.encoded_list)
    payload = statement_bytes(subject_for(made.origin, made.status_purpose, bits), kind, made)
    return dict(parse_json(sign_statement(payload, KeySigner.of(key))))


def whole(revocation: dict[str, Any] | None = None) -> StatusLists:
    first = revocation or signed(listed(StatusPurpose.REVOCATION, 3))
    rest = [signed(listed(StatusPurpose.SUSPENSION, 8)), signed(listed(StatusPurpose.REFRESH, 999))]
    return StatusLists(lists=(first, *rest))


def checked(file: StatusLists) -> CheckedLists:
    return check_lists(file, LOG.verifier.vkey)


@given(st.sets(st.integers(0, 300_000)), st.integers(300_001, 400_000))
@settings(max_examples=20)
def test_a_list_says_what_was_put_in(indexes: set[int], size: int) -> None:
    bits = decode_bits(encode_bits(bits_of(indexes, size)))
    assert len(bits) * 8 == length_for(size) >= max(size, LEAST_BITS)
    assert {index for index in indexes if bit_at(bits, index)} == indexes
    assert int.from_bytes(bits, "big").bit_count() == len(indexes)


def test_the_form_is_that_of_the_specification() -> None:
    encoded = encode_bits(bits_of([0, 9], 10))
    packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
    assert encoded[0] == "u"
    assert gzip.decompress(packed) == b"\x80\x40" + bytes(LEAST_BITS // 8 - 2)
    assert encode_bits(bits_of([9, 0], 10)) == encoded


def test_the_example_of_the_specification_is_read() -> None:
    # Source: W3C Bitstring Status List v1.0, example of a BitstringStatusListCredential.
    example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert decode_bits(example) == bytes(LEAST_BITS // 8)


def test_the_standing_of_each_place() -> None:
    found = checked(whole())
    expected = {3: Standing.REVOKED, 8: Standing.SUSPENDED, 999: Standing.SUPERSEDED, 4: Standing.VALID}
    assert {index: found.standing(index) for index in expected} == expected


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).decode().rstrip("=")


NO_LISTS = {
    "nothing": "u",
    "no gzip": "uAAAA",
    "another base": "z" + encode_bits(bytes(16384))[1:],
    "cut off": encode_bits(bytes(16384))[:-20],
    "something behind": packed(gzip.compress(bytes(16384), mtime=0) + b"more"),
    "two members": packed(gzip.compress(bytes(16384), mtime=0) * 2),
    "a bomb": packed(gzip.compress(bytes(MOST_BITS // 8 + 1), mtime=0)),
    "zlib": packed(zlib.compress(bytes(16384))),
}


@pytest.mark.parametrize("how", NO_LISTS)
def test_what_is_no_list_is_refused(how: str) -> None:
    with pytest.raises(HostileInput) as raised:
        decode_bits(NO_LISTS[how])
    assert raised.value.code == "CERT-E623"


NOT_BELIEVED = {
    "another key": lambda: signed(listed(StatusPurpose.REVOCATION), Ed25519PrivateKey.generate()),
    "another kind": lambda: signed(listed(StatusPurpose.REVOCATION), kind=kinds.STATUS),
    "a purpose twice": lambda: signed(listed(StatusPurpose.REFRESH)),
    "another moment": lambda: signed(listed(StatusPurpose.REVOCATION, valid_from="2026-05-01T00:00:00Z")),
    "another size": lambda: signed(listed(StatusPurpose.REVOCATION, size=SIZE + 1)),
    "a size not in the checkpoint": lambda: signed(
        listed(StatusPurpose.REVOCATION, checkpoint=listed(StatusPurpose.REFRESH, size=7).checkpoint)
    ),
    "too short": lambda: signed(listed(StatusPurpose.REVOCATION, encoded_list=encode_bits(bytes(1000)))),
    "beyond the log": lambda: signed(listed(StatusPurpose.REVOCATION, 1000)),
}


@pytest.mark.parametrize("how", NOT_BELIEVED)
def test_lists_that_do_not_hold_together_are_not_believed(how: str) -> None:
    with pytest.raises(HostileInput) as raised:
        checked(whole(NOT_BELIEVED[how]()))
    assert raised.value.code == "CERT-E623"


def test_a_missing_purpose_is_not_silence() -> None:
    with pytest.raises(HostileInput, match="missing: revocation"):
        checked(StatusLists(lists=whole().lists[1:]))


def test_a_list_of_another_logs_checkpoint_is_not_believed() -> None:
    other = NoteSigner(LOG.name, Ed25519PrivateKey.generate())
    note = sign_checkpoint(Checkpoint(LOG.name, SIZE, b"\x01" * 32), other)
    lists = tuple(signed(listed(purpose, checkpoint=note)) for purpose in StatusPurpose)
    with pytest.raises(HostileInput) as raised:
        checked(StatusLists(lists=lists))
    assert raised.value.code == "CERT-E076"


def test_a_changed_bit_breaks_the_signature() -> None:
    good = signed(listed(StatusPurpose.REVOCATION, 3))
    payload = base64.b64decode(good["dsseEnvelope"]["payload"])
    changed = payload.replace(b'"size":1000', b'"size":1001')
    good["dsseEnvelope"]["payload"] = base64.b64encode(changed).decode()
    with pytest.raises(HostileInput) as raised:
        checked(whole(good))
    assert raised.value.code == "CERT-E044"


def test_the_credential_names_what_others_look_for() -> None:
    made = listed(StatusPurpose.SUSPENSION, 8)
    found = credential_of(made)
    assert found["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert found["credentialSubject"] == {
        "id": "https://log.example/certify/status/suspension#list",
        "type": "BitstringStatusList",
        "statusPurpose": "suspension",
        "encodedList": made.encoded_list,
    }
    assert (found["validFrom"], found["validUntil"]) == (made.valid_from, made.valid_until)


def test_the_example_on_the_page_names_its_own_bits() -> None:
    vector = Path(__file__).parents[2] / "vectors" / "predicates" / "status-list.json"
    statement = Statement.from_bytes(vector.read_bytes())
    made = StatusList.from_document(statement.predicate)
    bits = decode_bits(made.encoded_list)
    assert statement.subject == (subject_for(made.origin, made.status_purpose, bits),)
    assert [index for index in range(made.size) if bit_at(bits, index)] == [77]
