"""Bundles that other people's tools sign or write, for our reader to judge."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import PAYLOAD_TYPE
from certify.trust.dsse import pae, sign_statement
from certify.trust.keys import KeySigner, generate_signer
from tests.conformance.cases import PAYLOAD, SIGNER, Case, genuine, text64
from tests.conformance.peers import HERE, node, packages, require_openssl

EDWARDS = generate_signer("ed25519")


@dataclass(frozen=True)
class Theirs:
    """A bundle that a tool of somebody else had a hand in."""

    tool: str
    """Whose."""
    what: str
    """What it did."""
    make: Callable[[], Case]
    """Makes the bundle."""
    accepted: bool = True
    """What certify is expected to say."""
    slow: bool = False
    """Whether the tool has to be fetched first."""


def private_pem(signer: KeySigner) -> str:
    """The private key as tools read it."""
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    return signer.private_key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def _in_our_form(signature: bytes, signer: KeySigner) -> Case:
    document = genuine()
    document["verificationMaterial"]["publicKey"]["hint"] = signer.keyid
    document["dsseEnvelope"]["signatures"] = [{"sig": text64(signature), "keyid": signer.keyid}]
    return Case("theirs", canonical_bytes(document), signer.public_pem)


def _openssl(signer: KeySigner) -> Case:
    require_openssl()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "key.pem").write_text(private_pem(signer))
        (folder / "data").write_bytes(pae(PAYLOAD_TYPE, PAYLOAD))
        edwards = ["openssl", "pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-in", "data", "-out", "signature"]
        digest = ["openssl", "dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "data"]
        subprocess.run(edwards if signer.scheme == "ed25519" else digest, cwd=folder, check=True)
        return _in_our_form((folder / "signature").read_bytes(), signer)


def _securesystemslib(signer: KeySigner, keyid: str | None = None) -> Case:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner, SSlibKey

    key = SSlibKey.from_crypto(signer.private_key.public_key(), keyid=keyid)
    envelope = Envelope(PAYLOAD, PAYLOAD_TYPE, {})
    envelope.sign(CryptoSigner(signer.private_key, key))
    document = genuine()
    document["verificationMaterial"]["publicKey"]["hint"] = key.keyid
    document["dsseEnvelope"] = envelope.to_dict()
    return Case("theirs", json.dumps(document).encode(), signer.public_pem)


def _sigstore_models() -> Case:
    from sigstore_models.bundle.v1 import Bundle

    written = Bundle.from_json(sign_statement(PAYLOAD, SIGNER)).to_json()
    return Case("theirs", written if isinstance(written, bytes) else written.encode())


def _sigstore_bundle(signer: KeySigner) -> Case:
    asked: dict[str, Any] = {
        "payload": base64.b64encode(PAYLOAD).decode(),
        "payloadType": PAYLOAD_TYPE,
        "pem": private_pem(signer),
        "hint": signer.keyid,
    }
    command = [*node(), str(HERE / "sigstore_sign.mjs"), str(packages())]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return Case("theirs", done.stdout.encode(), signer.public_pem)


SIGN = "signs, ECDSA P-256"
THEIRS = (
    Theirs("openssl", SIGN, lambda: _openssl(SIGNER)),
    Theirs("openssl", "signs, Ed25519", lambda: _openssl(EDWARDS)),
    Theirs("securesystemslib", SIGN, lambda: _securesystemslib(SIGNER, SIGNER.keyid)),
    Theirs("securesystemslib", "signs, Ed25519", lambda: _securesystemslib(EDWARDS, EDWARDS.keyid)),
    Theirs("securesystemslib", "signs under its own kind of key id", lambda: _securesystemslib(SIGNER), accepted=False),
    Theirs("sigstore-models", "reads ours and writes it again", _sigstore_models),
    Theirs("@sigstore/bundle", SIGN, lambda: _sigstore_bundle(SIGNER), slow=True),
    Theirs("@sigstore/bundle", "signs, Ed25519", lambda: _sigstore_bundle(EDWARDS), slow=True),
)
