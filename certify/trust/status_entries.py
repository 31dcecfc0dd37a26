"""The changes of standing in the entries of a log, for whoever holds these and a trust file, such as a mirror."""

from __future__ import annotations

from collections.abc import Iterable

from certify.errors import HostileInput
from certify.evidence.certificate import Status
from certify.evidence.statement import STATUS
from certify.trust.bundle import Bundle, statement_of
from certify.trust.status import REVOKER, Change, Lifecycle, Term, status_at, voices_needed
from certify.trust.trustfile import TrustFile
from certify.trust.verified import verify_voice


def changes_in(entries: Iterable[tuple[int, Bundle]], trust: TrustFile) -> dict[str, list[Change]]:
    """By serial, every word about a certificate's standing that counts under a trust file.

    Entries of other kinds are passed over, and so are words by a key that is no revoker's, or does not count at that
    place of the log: a log may take what a reader does not believe.

    Args:
        entries: log index and signed statement, in any order; that they are the log's is for the caller to prove.
        trust: whose signatures count.
    """
    found: dict[str, list[Change]] = {}
    for index, bundle in entries:
        change = _counting(index, bundle, trust)
        if change is not None:
            found.setdefault(change.status.serial, []).append(change)
    return found


def status_in(
    serial: str, entries: Iterable[tuple[int, Bundle]], trust: TrustFile, *, size: int, now: str, term: Term
) -> Lifecycle:
    """How a certificate stands at a time by the first ``size`` entries of a log; takes what ``changes_in`` does.

    Args:
        serial: the certificate.
        entries: log index and signed statement.
        trust: whose signatures count.
        size: entries that are looked at.
        now: the time, RFC 3339 in UTC.
        term: the certificate's dates.
    """
    said = changes_in(entries, trust).get(serial, [])
    return status_at(serial, said, size=size, now=now, term=term, needed=voices_needed(trust))


def _counting(index: int, bundle: Bundle, trust: TrustFile) -> Change | None:
    if statement_of(bundle).predicate_type != STATUS:
        return None
    try:
        said = verify_voice(bundle, role=REVOKER, predicate_type=STATUS, model=Status, trust=trust)
    except HostileInput:
        return None
    if trust.keys[said.keyid].fault_at(index):
        return None
    return Change(index, said.value, said.keyid, said.payload_sha256)
