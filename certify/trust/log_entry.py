"""The log leaf that follows from a signed statement."""

from __future__ import annotations

from certify.evidence.log_entry import LogEntry
from certify.evidence.statement import Statement
from certify.trust.bundle import Bundle, statement_of


def entry_of(bundle: Bundle, statement: Statement | None = None) -> LogEntry:
    """The leaf of a bundle; its canonical bytes are what the log hashes.

    Args:
        bundle: the signed statement.
        statement: ``statement_of(bundle)``, where it is at hand.

    Raises:
        HostileInput: CERT-E045 to CERT-E049, the payload is not a statement.
    """
    statement = statement or statement_of(bundle)
    return LogEntry(
        predicate_type=statement.predicate_type,
        payload_sha256=bundle.payload_sha256,
        subject=statement.subject[0].digest.sha256,
        keyid=bundle.keyid,
    )
