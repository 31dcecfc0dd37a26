"""Each line of a signed trust file is an ordinary bundle: other people's tools check it without us."""

from __future__ import annotations

import copy
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from certify.pipeline.clock import later, now
from certify.pipeline.trusting import KeyGrant, make_trust_file
from certify.trust.keys import KeySigner, generate_signer, public_key_of
from certify.trust.note import NoteSigner
from certify.trust.signed_trust import TrustDocument, add_signature


def foreign(key: KeySigner) -> SSlibKey:
    return SSlibKey.from_crypto(public_key_of(key.public_pem), keyid=key.keyid)


def test_securesystemslib_verifies_every_line_and_nothing_changed() -> None:
    roots = [generate_signer(), generate_signer("ed25519")]
    log = NoteSigner("log.example/c", Ed25519PrivateKey.generate()).verifier
    grants = [KeyGrant("root", f"Root {number}", key.public_pem) for number, key in enumerate(roots)]
    grants.append(KeyGrant("issuer", "Office", generate_signer().public_pem))
    trust = make_trust_file(
        "Example", version=1, expires=later(now(), days=9), log_vkey=log.vkey, grants=grants, thresholds={"root": 2}
    )
    document = TrustDocument(trust)
    for key in roots:
        document = add_signature(document, key)
    lines = [json.loads(line) for line in document.to_bytes().splitlines()]
    assert len({line["dsseEnvelope"]["payload"] for line in lines}) == 1
    for line, key in zip(lines, roots, strict=True):
        Envelope.from_dict(copy.deepcopy(line["dsseEnvelope"])).verify([foreign(key)], 1)
        other = lines[1 - lines.index(line)]["dsseEnvelope"]["signatures"][0]["sig"]
        swapped = copy.deepcopy(line["dsseEnvelope"])
        swapped["signatures"][0]["sig"] = other
        with pytest.raises(VerificationError):
            Envelope.from_dict(swapped).verify([foreign(key)], 1)
