"""Proofs that something is in a log, checkable offline with the log's key alone.

Source: C2SP tlog-proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certify.evidence.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from certify.trust.note import (
    MAX_CHARACTERS,
    Checkpoint,
    decode64,
    encode64,
    malformed,
    parse_number,
    parse_vkey,
    unverified,
    verify_checkpoint,
)

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The parts of a proof as read; nothing verified yet."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    """The signed note, verbatim."""
    extra: bytes | None = None
    """Opaque bytes that nobody signed."""


@dataclass(frozen=True, slots=True)
class LogProof:
    """What a verified proof establishes."""

    index: int
    """Place of the entry in the log, from 0."""
    size: int
    """Entries the log had when it signed."""
    root: bytes
    """Root of the log at that size."""
    origin: str
    """Which log."""


def format_tlog_proof(index: int, path: Sequence[bytes], checkpoint: str, extra: bytes | None = None) -> str:
    """The text of a proof; ``checkpoint`` is the signed note."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {encode64(extra)}")
    lines += [f"index {index}", *map(encode64, path)]
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_tlog_proof(text: str) -> TlogProof:
    """The parts of an untrusted proof.

    Raises:
        HostileInput: it is not of the form tlog-proof v1.
    """
    if len(text) > 2 * MAX_CHARACTERS:
        raise malformed("the proof is too long")
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise malformed(f"it does not begin with {HEADER}, or has no checkpoint")
    extra = decode64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise malformed("the line with the index is missing")
    index = parse_number(lines.pop(0).removeprefix("index "))
    path = tuple(decode64(line) for line in lines[: MAX_PATH + 1])
    if len(path) > MAX_PATH or any(len(node) != HASH_SIZE for node in path):
        raise malformed("the path is longer than any tree is high, or holds something that is not a SHA-256")
    return TlogProof(index, path, checkpoint, extra)


def verify_tlog_proof(text: str, leaf_data: bytes, vkey: str) -> LogProof:
    """What a proof establishes of an entry, by the log's key.

    Args:
        text: the proof.
        leaf_data: the entry, as the log hashed it.
        vkey: the key of the log, from a trust file.

    Raises:
        HostileInput: the proof is malformed (CERT-E075) or does not hold for this entry and key (CERT-E076).
        TrustError: the log key itself is malformed.
    """
    key = parse_vkey(vkey)
    proof = parse_tlog_proof(text)
    return included(proof, leaf_data, verify_checkpoint(proof.checkpoint, key))


def included(proof: TlogProof, leaf_data: bytes, checkpoint: Checkpoint) -> LogProof:
    """What a proof establishes under a checkpoint whose signatures the caller has checked.

    Raises:
        HostileInput: CERT-E076, the entry is not in the log at this place.
    """
    if not verify_inclusion(leaf_hash(leaf_data), proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise unverified("the entry is not in the log at this place")
    return LogProof(proof.index, checkpoint.size, checkpoint.root, checkpoint.origin)
