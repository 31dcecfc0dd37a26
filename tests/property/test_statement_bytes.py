"""Every statement there is, any byte of it changed: nothing verifies to anything else than what was signed."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes
from certify.trust.bundle import Bundle, parse_bundle, statement_of, verify_signature
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer

VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "predicates").glob("*.json"))
SIGNERS = {scheme: generate_signer(scheme) for scheme in ("ecdsa-p256", "ed25519")}
INSIDE: dict[str, tuple[str | int, ...]] = {
    "payload": ("dsseEnvelope", "payload"),
    "signature": ("dsseEnvelope", "signatures", 0, "sig"),
    "keyid": ("dsseEnvelope", "signatures", 0, "keyid"),
    "hint": ("verificationMaterial", "publicKey", "hint"),
    "payloadType": ("dsseEnvelope", "payloadType"),
    "mediaType": ("mediaType",),
}
IN_BASE64 = ("payload", "signature")

pytestmark = pytest.mark.parametrize("scheme", SIGNERS)
every_statement = pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)


def accepted(data: bytes, scheme: str) -> Bundle | None:
    try:
        bundle = parse_bundle(data)
        verify_signature(bundle, SIGNERS[scheme].public_pem)
        statement_of(bundle)
    except HostileInput:
        return None
    return bundle


def holder_of(document: Any, place: tuple[str | int, ...]) -> Any:
    for step in place[:-1]:
        document = document[step]
    return document


@every_statement
def test_the_statement_as_signed_is_accepted(path: Path, scheme: str) -> None:
    bundle = accepted(sign_statement(path.read_bytes(), SIGNERS[scheme]), scheme)
    assert bundle is not None
    assert bundle.payload == path.read_bytes()


@pytest.mark.slow
@every_statement
@pytest.mark.parametrize("part", INSIDE)
def test_every_byte_of_every_part_is_held(part: str, path: Path, scheme: str) -> None:
    """In base64 it is the bytes inside that are changed, so that the spelling stays a good one."""
    place, tried = INSIDE[part], 0
    signed = sign_statement(path.read_bytes(), SIGNERS[scheme])
    text = holder_of(json.loads(signed), place)[place[-1]]
    whole = base64.b64decode(text) if part in IN_BASE64 else text.encode()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << (position % 7)
        document = json.loads(signed)
        spelled = base64.b64encode(changed) if part in IN_BASE64 else bytes(changed)
        holder_of(document, place)[place[-1]] = spelled.decode()
        assert accepted(canonical_bytes(document), scheme) is None, position
        tried += 1
    assert tried == len(whole) > 20


@every_statement
def test_no_flipped_bit_of_the_file_is_accepted(path: Path, scheme: str) -> None:
    data = bytearray(sign_statement(path.read_bytes(), SIGNERS[scheme]))
    generator = random.Random(len(data))
    for _ in range(200):
        position, bit = generator.randrange(len(data)), 1 << generator.randrange(8)
        data[position] ^= bit
        assert accepted(bytes(data), scheme) is None, position
        data[position] ^= bit


@every_statement
def test_the_signature_of_another_statement_does_not_serve(path: Path, scheme: str) -> None:
    mine = json.loads(sign_statement(path.read_bytes(), SIGNERS[scheme]))
    for other in VECTORS:
        theirs = json.loads(sign_statement(other.read_bytes(), SIGNERS[scheme]))
        mine["dsseEnvelope"]["signatures"] = theirs["dsseEnvelope"]["signatures"]
        assert (accepted(canonical_bytes(mine), scheme) is not None) == (other == path)
