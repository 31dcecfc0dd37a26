"""What status lists add: whether a certificate was withdrawn when its log last said so, without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from certify.errors import CertifyError
from certify.evidence.certificate import Certificate
from certify.trust.freshness import Freshness, Seen, freshness
from certify.trust.status import Standing, StandingOf, Term
from certify.trust.status_list import CheckedLists, StatusLists, check_lists
from certify.trust.trustfile import TrustFile
from certify.trust.witnessed import witnessed
from certify.verify.chain import prove
from certify.verify.document import Document
from certify.verify.result import Checklist

NAME = "status-list"
"""The check's name; it is made where the reader has lists."""
FINAL = (Standing.REVOKED, Standing.SUPERSEDED)


class Asked(NamedTuple):
    """When the reader looks, and how old an answer may be."""

    at: str
    """The time, RFC 3339 in UTC."""
    max_age: timedelta | None
    """Oldest acceptable answer; absent where any is."""


@dataclass(frozen=True)
class Listed:
    """What status lists say of one certificate."""

    found: StandingOf
    """How it stands by them."""
    lists: CheckedLists
    """The lists."""
    verdict: Freshness
    """What that is worth at the time asked about, the certificate's dates included."""

    @property
    def size(self) -> int:
        """Entries of the log that they speak for."""
        return self.lists.checkpoint.size

    @property
    def settles(self) -> bool:
        """Whether they show, freshly enough, that it was not withdrawn."""
        return self.found.standing is Standing.VALID and self.verdict not in (
            Freshness.VALID_BUT_STALE,
            Freshness.NO_QUORUM,
        )


def check_status_lists(
    document: Document, certificate: Certificate, data: bytes, *, trust: TrustFile, checks: Checklist, asked: Asked
) -> Listed | None:
    """What status lists say of a certificate; None, which is recorded, where they say nothing or are not believed.

    Args:
        document: the certificate as a file.
        certificate: the certificate.
        data: the file of lists, untrusted.
        trust: whose signatures count.
        checks: collects what was found.
        asked: the time, and the oldest acceptable answer.
    """
    try:
        lists = check_lists(StatusLists.from_bytes(data, name="status lists"), trust.log_vkey)
        cosigned_at = _cosigned_at(lists.note, trust)
        index = prove(document.certificate, document.file.certificate_proof, trust).index
    except CertifyError as error:
        checks.failed(NAME, f"the status lists cannot be believed: {error.what}", error.code)
        return None
    size = lists.checkpoint.size
    if index >= size:
        checks.skipped(NAME, f"they speak for {size:,} log entries, the certificate is entry {index:,}: get newer ones")
        return None
    return _listed(lists, index, certificate, cosigned_at, asked)


def _cosigned_at(note: str, trust: TrustFile) -> str | None:
    """When enough witnesses had seen the lists' log: empty where they are too few, None where nobody must."""
    policy = trust.log.policy
    if policy.satisfied(()):
        return None
    return witnessed(note, policy).time_text


def _listed(lists: CheckedLists, index: int, certificate: Certificate, cosigned_at: str | None, asked: Asked) -> Listed:
    standing = lists.standing(index)
    reason = "" if standing is Standing.VALID else "listed as withdrawn; the registry tells why"
    seen = Seen(standing, lists.valid_from, lists.valid_until, cosigned_at is not None, cosigned_at or None)
    term = Term(certificate.valid_from, certificate.valid_until)
    verdict = freshness(seen, term=term, now=asked.at, max_age=asked.max_age)
    return Listed(StandingOf(standing, reason), lists, verdict)


def record_lists(listed: Listed, checks: Checklist, *, outweighed: bool) -> None:
    """Records what status lists say; ``outweighed`` where a registry that was asked itself knows better."""
    lists = listed.lists
    when = f"as of {lists.valid_from}, {listed.size:,} log entries; the next list is due at {lists.valid_until}"
    if outweighed:
        checks.skipped(NAME, f"{listed.found.standing} {when}; the registry that was asked has seen more, and counts")
    elif listed.found.standing is not Standing.VALID:
        checks.failed(NAME, f"{listed.found.standing} {when}", "CERT-E096")
    elif listed.verdict is Freshness.NO_QUORUM:
        checks.skipped(NAME, f"not withdrawn {when}; but too few witnesses have signed the log's checkpoint")
    elif listed.verdict is Freshness.VALID_BUT_STALE:
        checks.skipped(NAME, f"not withdrawn {when}; that is not as fresh as you ask for: get a newer list")
    else:
        checks.passed(NAME, f"not withdrawn {when}")


def weigh(found: StandingOf | None, listed: Listed | None, *, asked_size: int | None) -> StandingOf | None:
    """How the certificate stands by a registry's answer and by status lists together.

    Whatever withdraws it for good counts. A suspension counts unless a registry that was asked itself, not an answer
    that was saved, has seen at least as much of the log and knows of none.

    Args:
        found: by the registry's answer, if there is one to be believed.
        listed: by the lists, if there are any.
        asked_size: entries of the log that a registry asked just now speaks for; absent for a saved answer.
    """
    if listed is None or found is None:
        return found if listed is None else listed.found
    for wanted in FINAL:
        for one in (found, listed.found):
            if one.standing is wanted:
                return one
    newer = asked_size is not None and asked_size >= listed.size
    return found if newer or listed.found.standing is Standing.VALID else listed.found
