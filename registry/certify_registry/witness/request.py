"""What a log asks a witness: an old size, a proof, and a checkpoint. Source: C2SP tlog-witness, add-checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from certify.evidence.merkle import HASH_SIZE
from certify.trust.note import (
    Checkpoint,
    Note,
    decode64,
    encode64,
    malformed,
    parse_checkpoint,
    parse_note,
    parse_number,
)

MAX_PATH = 63
MAX_REQUEST = 256 * 1024
"""Bytes of a request: a checkpoint with 64 post-quantum signatures takes some 210,000."""


class Submission(NamedTuple):
    """A request as read; nothing verified yet."""

    old_size: int
    path: tuple[bytes, ...]
    """Consistency proof from the old size."""
    note: Note
    checkpoint: Checkpoint

    @property
    def origin(self) -> str:
        """Which log."""
        return self.checkpoint.origin


def format_submission(old_size: int, path: Sequence[bytes], checkpoint: str) -> bytes:
    """The body of a request; ``checkpoint`` is the signed note."""
    return "".join(f"{line}\n" for line in (f"old {old_size}", *map(encode64, path), "")).encode() + checkpoint.encode()


def parse_submission(body: bytes) -> Submission:
    """The request in an untrusted body.

    Raises:
        HostileInput: CERT-E075, it is not of the form that witnesses take.
    """
    if len(body) > MAX_REQUEST:
        raise malformed(f"the request is longer than {MAX_REQUEST} bytes")
    try:
        head, blank, document = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise malformed("the request is not UTF-8") from error
    lines = head.split("\n")
    if not blank or not lines[0].startswith("old ") or len(lines) > 1 + MAX_PATH:
        raise malformed("the request does not begin with the old size and at most 63 hashes")
    path = tuple(decode64(line) for line in lines[1:])
    if any(len(node) != HASH_SIZE for node in path):
        raise malformed("the proof holds something that is not a SHA-256")
    note = parse_note(document)
    return Submission(parse_number(lines[0][4:]), path, note, parse_checkpoint(note.text, extensions=True))
