"""Status lists: one download that says of every certificate of a log whether it was withdrawn, readable offline.

Source: W3C Bitstring Status List v1.0. The bit of a certificate is at its log index, which its own log proof shows, so
that no other table is needed. docs/life-cycle.md says what a reader may conclude.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field

from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.base import StrictValue
from certify.evidence.lifecycle import StatusList, StatusPurpose
from certify.evidence.statement import Subject, subject_of
from certify.trust.bundle import parse_bundle, statement_of, verify_signature
from certify.trust.keys import keyid_of_pem, pem_of
from certify.trust.note import Checkpoint, parse_vkey, verify_checkpoint
from certify.trust.status import Standing

LEAST_BITS = 131_072
"""Fewest bits of a list, so that its size tells nothing. Source: Bitstring Status List v1.0, section 6.1."""
MOST_BITS = 2**28
"""Most bits that are unpacked: 32 MiB; a log of more entries needs lists of another form."""
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""No name, no time and an unknown system, so that the same bits give the same bytes. Source: RFC 1952."""
UNBELIEVABLE = "CERT-E623"


class StatusLists(StrictValue):
    """The file that carries a log's lists, one for each purpose."""

    schema_: Literal["certify/status-lists/v1"] = Field(default="certify/status-lists/v1", alias="schema")
    """Names this form."""
    lists: tuple[dict[str, Any], ...] = Field(min_length=1, max_length=len(StatusPurpose))
    """Signed status lists, Sigstore bundles, of one moment."""


@dataclass(frozen=True)
class CheckedLists:
    """What a log's operator signed: the lists of one moment, each derived from the same entries."""

    checkpoint: Checkpoint
    """What the log held."""
    note: str
    """The signed checkpoint, with whoever cosigned it."""
    valid_from: str
    """When the lists were made."""
    valid_until: str
    """When the next ones were due."""
    bits: dict[StatusPurpose, bytes]
    """The lists, unpacked."""

    def standing(self, index: int) -> Standing:
        """How the certificate at a log index below ``checkpoint.size`` stands."""
        if bit_at(self.bits[StatusPurpose.REVOCATION], index):
            return Standing.REVOKED
        if bit_at(self.bits[StatusPurpose.REFRESH], index):
            return Standing.SUPERSEDED
        return Standing.SUSPENDED if bit_at(self.bits[StatusPurpose.SUSPENSION], index) else Standing.VALID


def length_for(size: int) -> int:
    """Bits of a list for a log of ``size`` entries: the next multiple of the least length."""
    return -(-max(size, 1) // LEAST_BITS) * LEAST_BITS


def bits_of(indexes: Iterable[int], size: int) -> bytes:
    """The list for a log of ``size`` entries in which the bits at ``indexes`` are set, the first bit on the left."""
    bits = bytearray(length_for(size) // 8)
    for index in indexes:
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)


def bit_at(bits: bytes, index: int) -> bool:
    """Whether the bit at an index is set."""
    return bool(bits[index >> 3] & (0x80 >> (index & 7)))


def encode_bits(bits: bytes) -> str:
    """A list in the form in which it is signed. Source: Bitstring Status List v1.0, section 3.2; RFC 4648 section 5."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    tail = zlib.crc32(bits).to_bytes(4, "little") + (len(bits) & 0xFFFFFFFF).to_bytes(4, "little")
    packed = GZIP_HEADER + packer.compress(bits) + packer.flush() + tail
    return "u" + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode_bits(encoded: str) -> bytes:
    """The list in its signed form, unpacked as far as the largest allowed and no further.

    Raises:
        HostileInput: CERT-E623, it is not multibase ``u`` over one gzip member of as many bytes as a list has.
    """
    try:
        packed = base64.b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(31)
        bits = unpacker.decompress(packed, MOST_BITS // 8 + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise unbelievable("a status list is not gzip in base 64") from error
    if encoded[:1] != "u" or not unpacker.eof or unpacker.unused_data or len(bits) > MOST_BITS // 8:
        raise unbelievable("a status list is cut off, followed by something, or larger than any may be")
    return bits


def subject_for(origin: str, purpose: StatusPurpose, bits: bytes) -> Subject:
    """What a list is about: itself, by the digest of its bits, however they are compressed."""
    return subject_of(f"{origin}/status/{purpose.value}", hashlib.sha256(bits).hexdigest())


def check_lists(file: StatusLists, log_vkey: str) -> CheckedLists:
    """The lists of a file, if the log's own key signed all of them for one and the same checkpoint.

    Args:
        file: untrusted.
        log_vkey: the log's key, from the reader's trust file.

    Raises:
        HostileInput: CERT-E623, another key signed one, or they do not hold together; CERT-E044, a signature does not
            match; CERT-E075, CERT-E076, the checkpoint does not verify.
    """
    found = [_checked(bundle, log_vkey) for bundle in file.lists]
    first = found[0][0]
    same = ("origin", "size", "root", "checkpoint", "valid_from", "valid_until")
    if any(getattr(one, name) != getattr(first, name) for one, _ in found for name in same):
        raise unbelievable("the status lists are not of one moment")
    bits = {one.status_purpose: unpacked for one, unpacked in found}
    missing = [purpose.value for purpose in StatusPurpose if purpose not in bits]
    if missing or len(bits) != len(found):
        raise unbelievable(f"the lists are not one for each purpose; missing: {', '.join(missing) or 'none'}")
    checkpoint = verify_checkpoint(first.checkpoint, parse_vkey(log_vkey))
    if (checkpoint.origin, checkpoint.size, checkpoint.root.hex()) != (first.origin, first.size, first.root):
        raise unbelievable("the status lists name another state of the log than their checkpoint")
    if first.valid_until <= first.valid_from:
        raise unbelievable("the status lists end before they begin")
    return CheckedLists(checkpoint, first.checkpoint, first.valid_from, first.valid_until, bits)


def log_pem(log_vkey: str) -> str:
    """The log's key as statements name it, PEM."""
    return pem_of(Ed25519PublicKey.from_public_bytes(parse_vkey(log_vkey).public_key))


def credential_of(made: StatusList) -> dict[str, Any]:
    """A list as a credential of the form that other verifiers read; nobody has signed this form.

    Source: W3C Bitstring Status List v1.0, section 2.2; Verifiable Credentials Data Model v2.0.
    """
    place = f"https://{made.origin}/status/{made.status_purpose.value}"
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": place,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": f"https://{made.origin}",
        "validFrom": made.valid_from,
        "validUntil": made.valid_until,
        "credentialSubject": {
            "id": f"{place}#list",
            "type": "BitstringStatusList",
            "statusPurpose": made.status_purpose.value,
            "encodedList": made.encoded_list,
        },
    }


def unbelievable(what: str, why: str = "") -> HostileInput:
    """The error for status lists that cannot be used."""
    hint = "get the lists again from the registry that the certificate names, or ask it directly"
    return HostileInput(UNBELIEVABLE, what, why, hint)


def _checked(document: dict[str, Any], log_vkey: str) -> tuple[StatusList, bytes]:
    bundle, pem = parse_bundle(document, name="status list"), log_pem(log_vkey)
    if bundle.keyid != keyid_of_pem(pem):
        raise unbelievable("a status list is not signed by the log of the trust file", "only a log speaks for itself")
    verify_signature(bundle, pem)
    statement = statement_of(bundle)
    if statement.predicate_type != kinds.STATUS_LIST:
        raise unbelievable("a signed statement among the status lists is none")
    made = StatusList.from_document(statement.predicate, name="status list", by_name=False)
    bits = decode_bits(made.encoded_list)
    if len(bits) * 8 != length_for(made.size) or any(bits[-(-made.size // 8) :]):
        raise unbelievable(f"a status list has {len(bits) * 8:,} bits or speaks of entries beyond the {made.size:,}")
    if statement.subject != (subject_for(made.origin, made.status_purpose, bits),):
        raise unbelievable("the bits of a status list are not those that it names")
    return made, bits
