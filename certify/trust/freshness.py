"""How much an answer about a certificate's standing is worth, offline: from what was seen and the time alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from certify.trust.status import Lifecycle, Standing, Term, at_time
from certify.trust.timestamps import SKEW


class Freshness(StrEnum):
    """What a reader without a connection may conclude."""

    VALID = "valid"
    """Not withdrawn, shown as freshly as the reader asks."""
    VALID_BUT_STALE = "valid-but-stale"
    """Not withdrawn when the answer was made, which is too long ago, or from the future."""
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    NO_QUORUM = "no-quorum"
    """Not withdrawn by the log's word, which too few witnesses have cosigned."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, as far as it was verified. Times are RFC 3339 in UTC."""

    standing: Standing
    """What it says."""
    said_at: str
    """When it was said."""
    due: str
    """When the next answer is due."""
    needs_witnesses: bool = False
    """Whether the trust file asks for witnesses."""
    witnessed_at: str | None = None
    """As of when enough of them had seen the log behind it; absent where they are too few."""


def freshness(seen: Seen, *, term: Term, now: str, max_age: timedelta | None) -> Freshness:
    """The verdict on an answer: bad news counts however old or lonely it is, good news only fresh and witnessed.

    Args:
        seen: the answer.
        term: the certificate's dates.
        now: the time, RFC 3339 in UTC.
        max_age: oldest acceptable answer; any is fresh enough where absent, until its next one is due.

    Source: docs/life-cycle.md, "What a reader without a connection may conclude".
    """
    stands = at_time(seen.standing, term, now)
    if stands is not Lifecycle.VALID:
        return Freshness(stands.value.replace("_", "-"))
    if seen.needs_witnesses and seen.witnessed_at is None:
        return Freshness.NO_QUORUM
    return Freshness.VALID_BUT_STALE if is_stale(seen, now, max_age) else Freshness.VALID


def is_stale(seen: Seen, now: str, max_age: timedelta | None) -> bool:
    """Whether an answer is older than the reader accepts, past its term, or from the future.

    It is as old as its words or as the witnesses' last look, whichever is older.
    """
    if now >= seen.due:
        return True
    age = _moment(now) - _moment(min(seen.said_at, seen.witnessed_at or seen.said_at))
    return age < -SKEW or (max_age is not None and age > max_age)


def _moment(time: str) -> datetime:
    return datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
