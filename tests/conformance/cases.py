"""Bundles for peers to judge: sound ones, spoiled ones, and odd ones on which readers may differ."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.statement import PAYLOAD_TYPE, SHORT_NAMES, STATEMENT_TYPE, STATUS, statement_bytes, subject_of
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import pae, sign_statement
from certify.trust.keys import KeySigner, keyid_of_pem, pem_of
from certify.trust.trustfile import TrustFile

Document = dict[str, Any]
RELEASE = Path(__file__).parents[1] / "vectors" / "certificate-0.1"
CLAIM = {"reason": "key lost", "number": 17, "sure": "~~~~>>>???"}
PAYLOAD = statement_bytes(subject_of("model", "ab" * 32), STATUS, CLAIM)
SIGNER = KeySigner.of(ec.derive_private_key(0xC0FFEE, ec.SECP256R1()))
OTHER = KeySigner.of(ec.derive_private_key(0xBEEF, ec.SECP256R1()))
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of P-256. Source: FIPS 186-4, D.1.2.3."""


@dataclass(frozen=True)
class Case:
    """A bundle and the one key that its reader has."""

    name: str
    """What is told of it."""
    bundle: bytes = field(repr=False)
    """The file."""
    pem: str = field(default=SIGNER.public_pem, repr=False)
    """The reader's key."""
    known_as: str = ""
    """Key id under which the reader has it; its own one when empty."""
    timestamps: int = 0
    """How many timestamps the reader wants."""
    authorities: tuple[tuple[bytes, ...], ...] = ()
    """Certificate chains (DER, leaf first) of the timestamp authorities that the reader trusts."""

    @property
    def keyid(self) -> str:
        """Key id under which the reader has the key."""
        return self.known_as or keyid_of_pem(self.pem)


def sound(signers: dict[str, KeySigner]) -> list[Case]:
    """Every statement of the oldest release's certificate, and one statement for each signer."""
    trust = TrustFile.load(RELEASE / "trust.json")
    file = json.loads((RELEASE / "certificate.json").read_bytes())
    cases = []
    for document in (file["certificate"], *file["statements"].values()):
        bundle = parse_bundle(document)
        kind = SHORT_NAMES[statement_of(bundle).predicate_type]
        cases.append(Case(f"{kind} of release 0.1", canonical_bytes(document), trust.keys[bundle.keyid].pem))
    own = [Case(f"status, {name}", sign_statement(PAYLOAD, key), key.public_pem) for name, key in signers.items()]
    return [*sorted(cases, key=lambda case: case.name), *own]


def spoiled(case: Case) -> Iterator[Case]:
    """What no reader may accept: another key, a changed payload, a changed signature, another payload type."""
    yield Case("another key", case.bundle, OTHER.public_pem, case.keyid)
    for name, key in (("a changed byte of the payload", "payload"), ("a changed byte of the signature", "sig")):
        document = json.loads(case.bundle)
        holder = document["dsseEnvelope"] if key == "payload" else document["dsseEnvelope"]["signatures"][0]
        data = bytearray(base64.b64decode(holder[key]))
        data[len(data) // 2] ^= 1
        holder[key] = text64(bytes(data))
        yield Case(name, canonical_bytes(document), case.pem, case.known_as)
    document = json.loads(case.bundle)
    document["dsseEnvelope"]["payloadType"] = "application/vnd.in-toto.json"
    yield Case("another payload type", canonical_bytes(document), case.pem, case.known_as)


def odd() -> list[Case]:
    """Bundles that one reader takes and another does not; the genuine key signed what is in each of them."""
    made = [Case(name, canonical_bytes(_edited(edit))) for name, edit in EDITS.items()]
    made += [Case(name, rewritten(genuine())) for name, rewritten in TEXTS.items()]
    made += [Case(name, sign_statement(payload, SIGNER)) for name, payload in PAYLOADS.items()]
    return [*made, Case("a key on the curve P-384", *_on_another_curve())]


def _on_another_curve() -> tuple[bytes, str]:
    key = ec.derive_private_key(0xC0FFEE, ec.SECP384R1())
    pem = pem_of(key.public_key())
    document = genuine()
    signature = key.sign(pae(PAYLOAD_TYPE, PAYLOAD), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    document["verificationMaterial"]["publicKey"]["hint"] = keyid_of_pem(pem)
    document["dsseEnvelope"]["signatures"] = [{"sig": text64(signature), "keyid": keyid_of_pem(pem)}]
    return canonical_bytes(document), pem


def genuine() -> Document:
    """The sound bundle that the odd ones are made of."""
    return dict(parse_json(sign_statement(PAYLOAD, SIGNER)))


def text64(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode("ascii")


def _edited(edit: Callable[[Document, Document, Document], object]) -> Document:
    document = genuine()
    envelope = document["dsseEnvelope"]
    edit(document, envelope, envelope["signatures"][0])
    return document


def _resign(payload_type: str) -> Callable[[Document, Document, Document], None]:
    def edit(_: Document, envelope: Document, signature: Document) -> None:
        envelope["payloadType"] = payload_type
        signature["sig"] = text64(SIGNER.sign(pae(payload_type, PAYLOAD)))

    return edit


def _mirror(_: Document, __: Document, signature: Document) -> None:
    """The other signature that every ECDSA signature comes with: s taken from the order of the curve."""
    r, s = decode_dss_signature(base64.b64decode(signature["sig"]))
    signature["sig"] = text64(encode_dss_signature(r, ORDER - s))


def _long_der(_: Document, __: Document, signature: Document) -> None:
    data = base64.b64decode(signature["sig"])
    signature["sig"] = text64(data[:1] + b"\x81" + data[1:])


def _second(keyid: str) -> Callable[[Document, Document, Document], None]:
    def edit(_: Document, envelope: Document, __: Document) -> None:
        signature = OTHER.sign(pae(envelope["payloadType"], PAYLOAD))
        envelope["signatures"].append({"sig": text64(signature), "keyid": keyid})

    return edit


EDITS: dict[str, Callable[[Document, Document, Document], object]] = {
    "a second signature by another key": _second(OTHER.keyid),
    "a second signature under the same key id": _second(SIGNER.keyid),
    "no signature": lambda _, envelope, __: envelope["signatures"].clear(),
    "key id in the envelope of another key": lambda _, __, signature: signature.update(keyid=OTHER.keyid),
    "hint of another key": lambda document, _, __: document["verificationMaterial"]["publicKey"].update(
        hint=OTHER.keyid
    ),
    "no key id in the envelope": lambda _, __, signature: signature.pop("keyid"),
    "an empty key id in the envelope": lambda _, __, signature: signature.update(keyid=""),
    "another payload type, signed": _resign("application/octet-stream"),
    "payload in URL-safe base64": lambda _, envelope, __: envelope.update(
        payload=base64.urlsafe_b64encode(PAYLOAD).decode()
    ),
    "payload in base64 without padding": lambda _, envelope, __: envelope.update(payload=text64(PAYLOAD).rstrip("=")),
    "payload in base64 with a line break": lambda _, envelope, __: envelope.update(
        payload=text64(PAYLOAD)[:64] + "\n" + text64(PAYLOAD)[64:]
    ),
    "payload in base64 with stray bits": lambda _, envelope, __: envelope.update(payload=stray_bits(text64(PAYLOAD))),
    "the mirrored ECDSA signature": _mirror,
    "the signature's length in a longer form": _long_der,
    "an unknown field in the bundle": lambda document, _, __: document.update(note="paid"),
    "an unknown field in the envelope": lambda _, envelope, __: envelope.update(note="paid"),
    "media type of version 0.2": lambda document, _, __: document.update(
        mediaType="application/vnd.dev.sigstore.bundle+json;version=0.2"
    ),
    "media type of version 0.3, other spelling": lambda document, _, __: document.update(
        mediaType="application/vnd.dev.sigstore.bundle+json;version=0.3"
    ),
    "no media type": lambda document, _, __: document.pop("mediaType"),
    "no list of log entries": lambda document, _, __: document["verificationMaterial"].pop("tlogEntries"),
    "no verification material": lambda document, _, __: document.pop("verificationMaterial"),
}


def stray_bits(text: str) -> str:
    """The same bytes in a base64 spelling whose unused bits are not zero."""
    kept = text.rstrip("=")
    if kept == text:
        raise ValueError("there are no unused bits in base64 without padding")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return kept[:-1] + alphabet[alphabet.index(kept[-1]) | 1] + text[len(kept) :]


def _doubled(first: bytes, second: bytes) -> Callable[[Document], bytes]:
    def rewritten(document: Document) -> bytes:
        text = canonical_bytes(document)
        envelope = b'"payload":"' + text64(PAYLOAD).encode() + b'"'
        both = b",".join(b'"payload":"' + text64(one).encode() + b'"' for one in (first, second))
        return text.replace(envelope, both)

    return rewritten


FORGED = PAYLOAD.replace(b"lost", b"last")
TEXTS: dict[str, Callable[[Document], bytes]] = {
    "key payload twice, the genuine one last": _doubled(FORGED, PAYLOAD),
    "key payload twice, the genuine one first": _doubled(PAYLOAD, FORGED),
    "snake_case field names": lambda document: (
        canonical_bytes(document).replace(b"mediaType", b"media_type").replace(b"dsseEnvelope", b"dsse_envelope")
    ),
    "pretty-printed": lambda document: json.dumps(document, indent=2).encode(),
    "a byte order mark in front": lambda document: b"\xef\xbb\xbf" + canonical_bytes(document),
    "text after the end": lambda document: canonical_bytes(document) + b"{}",
}


def _statement(**change: Any) -> bytes:
    subject = [{"name": "model", "digest": {"sha256": "ab" * 32}}]
    whole = {"_type": STATEMENT_TYPE, "subject": subject, "predicateType": STATUS, "predicate": CLAIM, **change}
    return json.dumps(whole).encode()


PAYLOADS = {
    "signed text that is no statement": b"hello",
    "signed statement of version 0.1": _statement(_type="https://in-toto.io/Statement/v0.1"),
    "signed statement without a subject": _statement(subject=[]),
    "signed statement whose subject has no digest": _statement(subject=[{"name": "model", "digest": {}}]),
    "signed statement with a digest that is none": _statement(subject=[{"name": "m", "digest": {"sha256": "zz"}}]),
    "signed statement with a key twice": _statement().replace(b'"number": 17', b'"number": 17, "number": 71'),
    "signed statement with NaN": _statement().replace(b"17", b"NaN"),
    "signed statement with an integer beyond 2**53": _statement(predicate={"number": 2**53 + 1}),
}
