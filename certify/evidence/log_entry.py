"""What the log stores of a signed statement: digests and names, never content."""

from __future__ import annotations

from certify.evidence.base import Sha256, Value


class LogEntry(Value):
    """One leaf of the log; its canonical bytes are what is hashed.

    Everything in it follows from the signed statement, so a reader who holds the statement
    can rebuild the leaf and check its proof without asking the registry.
    """

    predicate_type: str
    """URI of the kind of claim."""
    payload_sha256: Sha256
    """SHA-256 of the statement's payload."""
    subject: Sha256
    """Digest of the statement's first subject."""
    keyid: Sha256
    """Who signed."""
