"""Signed notes and checkpoints: the small texts by which a log commits to its content.

Source: C2SP signed-note and tlog-checkpoint. Here a log signs with Ed25519 note signatures (type 0x01);
lines by keys the reader does not know are carried and ignored. What witnesses sign is in ``cosignature``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certify.errors import HostileInput, TrustError
from certify.evidence.merkle import HASH_SIZE, MAX_SIZE

ED25519 = b"\x01"
MAX_SIGNATURES = 64
MAX_CHARACTERS = 512 * 1024
_MARK = "— "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class VerifierKey(NamedTuple):
    """A public key by which a log signs, with the name it signs under."""

    name: str
    public_key: bytes
    """Raw Ed25519 public key, 32 bytes."""

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys apart; a label, no proof. Source: C2SP signed-note."""
        return key_id_of(self.name, ED25519, self.public_key)

    @property
    def vkey(self) -> str:
        """The key in one line: name, key id and public key, joined by plus signs."""
        return vkey_of(self.name, ED25519, self.public_key)


class NoteSigner(NamedTuple):
    """A private key with the name it signs under."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())


class SignatureLine(NamedTuple):
    """One signature under a note."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A text, its final newline included, and the signatures under it; nothing verified yet."""

    text: str
    signatures: tuple[SignatureLine, ...]


class Checkpoint(NamedTuple):
    """What a log commits to: its whole content at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed. Source: C2SP tlog-checkpoint, without extension lines."""
        return f"{self.origin}\n{self.size}\n{encode64(self.root)}\n"


def parse_vkey(text: str) -> VerifierKey:
    """The key of one line ``name+keyid+key``.

    Raises:
        TrustError: it is malformed, of another kind, or its key id is not that of the key.
    """
    name, kind, public = split_vkey(text)
    if kind != ED25519 or len(public) != 32:
        raise bad_vkey("it is not of the form name+keyid+key with an Ed25519 key")
    return VerifierKey(name, public)


def split_vkey(text: str) -> tuple[str, bytes, bytes]:
    """Name, signature type (one byte) and public key of one line ``name+keyid+key``, whatever the type.

    Raises:
        TrustError: CERT-E075, it is malformed, or its key id is not that of the key.
    """
    parts = text.split("+", 2)
    try:
        key = decode64(parts[2]) if len(parts) == 3 else b""
    except HostileInput:
        key = b""
    if len(key) < 2 or not is_key_name(parts[0]):
        raise bad_vkey("it is not of the form name+keyid+key with an Ed25519 key")
    if parts[1] != key_id_of(parts[0], key[:1], key[1:]).hex():
        raise bad_vkey("its key id does not belong to its key")
    return parts[0], key[:1], key[1:]


def key_id_of(name: str, kind: bytes, public_key: bytes) -> bytes:
    """Four bytes that tell keys apart; ``kind`` is the signature type. Source: C2SP signed-note."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def vkey_of(name: str, kind: bytes, public_key: bytes) -> str:
    """A key of any signature type in one line. Source: C2SP signed-note, verifier keys."""
    return f"{name}+{key_id_of(name, kind, public_key).hex()}+{encode64(kind + public_key)}"


def is_key_name(name: str) -> bool:
    """Whether a text may name a key or a log: not empty, no space, no plus sign, no control character."""
    return name != "" and "+" not in name and all(c.isprintable() and not c.isspace() for c in name)


def parse_note(document: str) -> Note:
    """The text and signatures of a note, read strictly.

    Raises:
        HostileInput: too long, control characters, no signature, or a malformed line.
    """
    if len(document) > MAX_CHARACTERS:
        raise malformed(f"the note is longer than {MAX_CHARACTERS} characters")
    if any(("\ud800" <= c <= "\udfff") or (c < " " and c != "\n") for c in document):
        raise malformed("the note holds a control character or is not Unicode text")
    text, blank, tail = document.rpartition("\n\n")
    if not blank or not text or not tail.endswith("\n"):
        raise malformed("the note lacks its text, the blank line or the signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise malformed(f"the note carries more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(parse_signature_line(line) for line in lines))


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The known keys that signed a note, at least one.

    Raises:
        HostileInput: no known key signed it, or a known key's signature is wrong.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[VerifierKey, None] = {}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(line.signature, note.text.encode())
        except (InvalidSignature, ValueError) as error:
            raise unverified(f"the signature of {key.name} does not belong to this checkpoint") from error
        found[key] = None
    if not found:
        raise unverified("no log key of the trust file signed this checkpoint")
    return tuple(found)


def sign_note(text: str, signer: NoteSigner) -> str:
    """A note of ``text``, which ends in a newline, with one signature."""
    signature = signer.private_key.sign(text.encode())
    return f"{text}\n{signature_line(signer.name, signer.verifier.key_id, signature)}"


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """One line under a note, its newline included."""
    return f"{_MARK}{name} {encode64(key_id + signature)}\n"


def parse_signature_line(line: str) -> SignatureLine:
    """One line under a note, without its newline.

    Raises:
        HostileInput: CERT-E075, it is none.
    """
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space or not is_key_name(name):
        raise malformed("a line under the note is not a signature")
    data = decode64(encoded)
    if len(data) < 5:
        raise malformed("a signature under the note is too short")
    return SignatureLine(name, data[:4], data[4:])


def parse_checkpoint(text: str, *, extensions: bool = False) -> Checkpoint:
    """The checkpoint in a note's text.

    Args:
        text: the note's text.
        extensions: whether lines after the third are passed over, as a witness of other people's logs does; in our
            own logs there are none.

    Raises:
        HostileInput: not exactly origin, size and root.
    """
    lines = text.split("\n")
    if extensions and all(lines[3:-1]):
        del lines[3:-1]
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise malformed("a checkpoint has exactly three lines: origin, size and root")
    root = decode64(lines[2])
    if len(root) != HASH_SIZE:
        raise malformed("the root of a checkpoint is not a SHA-256")
    return Checkpoint(lines[0], parse_number(lines[1]), root)


def verify_checkpoint(document: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a note that ``key`` signed, for the log that the key's name stands for.

    Raises:
        HostileInput: malformed, not signed by the key, or of another log.
    """
    note = parse_note(document)
    checkpoint = parse_checkpoint(note.text)
    verify_note(note, (key,))
    if checkpoint.origin != key.name:
        raise unverified(f"the checkpoint speaks for the log {checkpoint.origin}, the key for {key.name}")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> str:
    """The signed note of a checkpoint."""
    return sign_note(checkpoint.text, signer)


def parse_number(text: str) -> int:
    """A decimal number as logs write it: ASCII digits, no leading zero, below 2**63.

    Raises:
        HostileInput: anything else.
    """
    if not _NUMBER.fullmatch(text) or int(text) > MAX_SIZE:
        raise malformed(f"{text[:30]!r} is not a decimal number of a log")
    return int(text)


def encode64(data: bytes) -> str:
    """Standard base 64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode64(text: str) -> bytes:
    """The bytes of standard base 64, in its one canonical spelling.

    Raises:
        HostileInput: other characters, missing padding, or stray bits at the end.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed(f"{text[:30]!r} is not base 64") from error
    if encode64(data) != text:
        raise malformed(f"{text[:30]!r} is not canonical base 64")
    return data


def malformed(why: str) -> HostileInput:
    """The error for a log document that cannot be read."""
    hint = "ask the registry for the proof again; a document that was edited or cut is of no use"
    return HostileInput("CERT-E075", "this log proof or checkpoint is malformed", why, hint)


def unverified(why: str) -> HostileInput:
    """The error for a log document that can be read and does not hold."""
    hint = "do not rely on it; ask the issuer which log and which log key are meant"
    return HostileInput("CERT-E076", "this log proof or checkpoint does not verify", why, hint)


def bad_vkey(why: str) -> TrustError:
    """The error for a key line that cannot be used."""
    hint = "copy the log key from the registry again; it is one line"
    return TrustError("CERT-E075", "the log key cannot be used", why, hint)
