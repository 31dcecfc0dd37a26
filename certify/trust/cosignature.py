"""Cosignatures: what a witness signs of a checkpoint, and when it did.

A witness says: at this time, this was the largest tree that I have seen of this log, and it contains every smaller one
that I have seen. Whoever asks for several such voices sees the history that they all saw.

Source: C2SP tlog-cosignature. Ed25519 (signature type 0x04) and ML-DSA-44 (0x06); whole trees only, no subtrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from certify.evidence.merkle import MAX_SIZE
from certify.trust.note import (
    Checkpoint,
    Note,
    bad_vkey,
    key_id_of,
    parse_checkpoint,
    signature_line,
    split_vkey,
    unverified,
    vkey_of,
)

ED25519 = b"\x04"
ML_DSA_44 = b"\x06"
_KEY_SIZES = {ED25519: 32, ML_DSA_44: 1312}
_SIGNATURE_SIZES = {ED25519: 64, ML_DSA_44: 2420}
_LABEL = b"subtree/v1\n\x00"
LONGEST_NAME = 255
"""Bytes of a name or origin in an ML-DSA-44 message, whose length has one byte."""


class CosignerKey(NamedTuple):
    """A public key by which a witness signs, with the name it signs under."""

    name: str
    public_key: bytes
    """Raw: 32 bytes for Ed25519, 1,312 for ML-DSA-44."""
    kind: bytes = ED25519
    """Signature type, one byte."""

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys apart; a label, no proof."""
        return key_id_of(self.name, self.kind, self.public_key)

    @property
    def vkey(self) -> str:
        """The key in one line."""
        return vkey_of(self.name, self.kind, self.public_key)

    @property
    def algorithm(self) -> str:
        """What people call its kind."""
        return "Ed25519" if self.kind == ED25519 else "ML-DSA-44"


class Cosigner(NamedTuple):
    """A witness's private key with the name it signs under."""

    name: str
    private_key: Ed25519PrivateKey | MLDSA44PrivateKey

    @property
    def verifier(self) -> CosignerKey:
        """The public half."""
        kind = ED25519 if isinstance(self.private_key, Ed25519PrivateKey) else ML_DSA_44
        return CosignerKey(self.name, self.private_key.public_key().public_bytes_raw(), kind)


def parse_cosigner_vkey(text: str) -> CosignerKey:
    """The witness key of one line ``name+keyid+key``.

    Raises:
        TrustError: CERT-E075, it is malformed, or no key for cosignatures, such as a log's own.
    """
    name, kind, public = split_vkey(text)
    if len(public) != _KEY_SIZES.get(kind, 0):
        raise bad_vkey("it is not the key of a witness: Ed25519 (type 04) or ML-DSA-44 (type 06)")
    if len(name.encode()) > LONGEST_NAME:
        raise bad_vkey(f"its name is longer than {LONGEST_NAME} bytes")
    if kind == ED25519:
        Ed25519PublicKey.from_public_bytes(public)
    return CosignerKey(name, public, kind)


def cosign(text: str, cosigner: Cosigner, time: int) -> str:
    """The signature line, newline included, by which a witness cosigns a checkpoint.

    Args:
        text: the checkpoint as the log signed it, extension lines included.
        cosigner: the witness's key.
        time: seconds since 1970, not 0.

    Raises:
        HostileInput: CERT-E075, the text is no checkpoint.
        ValueError: the time is none, or the origin too long for the key's kind.
    """
    if not 0 < time <= MAX_SIZE:
        raise ValueError(f"{time} is no time of a cosignature")
    key = cosigner.verifier
    signature = cosigner.private_key.sign(_message(key, time, text))
    return signature_line(key.name, key.key_id, time.to_bytes(8, "big") + signature)


def verify_cosignatures(note: Note, keys: Iterable[CosignerKey]) -> Mapping[CosignerKey, int]:
    """The known witness keys that cosigned a note, each with the newest time it gave, in seconds since 1970.

    Lines by unknown keys are ignored. That the log itself signed is not checked here.

    Raises:
        HostileInput: CERT-E075, the note's text is no checkpoint; CERT-E076, a known key's cosignature is wrong.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[CosignerKey, int] = {}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            found[key] = max(found.get(key, 0), _verified_time(key, line.signature, note.text))
    return found


def _verified_time(key: CosignerKey, signature: bytes, text: str) -> int:
    time = int.from_bytes(signature[:8], "big")
    if len(signature) != 8 + _SIGNATURE_SIZES[key.kind] or not 0 < time <= MAX_SIZE:
        raise unverified(f"the cosignature of {key.name} is not of the right form")
    try:
        _public(key).verify(signature[8:], _message(key, time, text))
    except (InvalidSignature, ValueError) as error:
        raise unverified(f"the cosignature of {key.name} does not belong to this checkpoint") from error
    return time


@lru_cache(maxsize=64)  # an ML-DSA key is expanded when it is read, which takes as long as a verification
def _public(key: CosignerKey) -> Ed25519PublicKey | MLDSA44PublicKey:
    if key.kind == ED25519:
        return Ed25519PublicKey.from_public_bytes(key.public_key)
    return MLDSA44PublicKey.from_public_bytes(key.public_key)


def _message(key: CosignerKey, time: int, text: str) -> bytes:
    """What is signed. Source: C2SP tlog-cosignature, signed messages."""
    checkpoint = parse_checkpoint(text, extensions=True)
    if key.kind == ED25519:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    return b"".join((_LABEL, _short(key.name), time.to_bytes(8, "big"), _short(checkpoint.origin), *_tree(checkpoint)))


def _tree(checkpoint: Checkpoint) -> tuple[bytes, bytes, bytes]:
    return bytes(8), checkpoint.size.to_bytes(8, "big"), checkpoint.root


def _short(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) <= LONGEST_NAME:
        raise ValueError(f"a name of {len(data)} bytes cannot be signed for")
    return bytes((len(data),)) + data
