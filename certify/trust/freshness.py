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
    """Not withdrawn when the answer was made, which is too long ago, or nobody can tell when."""
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    UNKNOWN_KEY = "unknown-key"
    """Whoever answers is unknown to the reader's trust file: the answer says nothing."""
    NO_QUORUM = "no-quorum"
    """Not withdrawn by the log's word, which too few witnesses have cosigned."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, as far as it was verified. Times are RFC 3339 in UTC."""

    known_key: bool
    """Whether the trust file names the key behind the answer."""
    standing: Standing
    """What it says."""
    said_at: str | None
    """When it was said: the start of a status list, or when a registry was asked; absent for a saved answer."""
    due: str | None = None
    """When the next answer was due; absent where none was announced."""
    cosigned_at: tuple[str, ...] = ()
    """When each different witness of the trust file cosigned the checkpoint behind it."""
    quorum: int = 0
    """How many witnesses the trust file asks for."""


def freshness(seen: Seen, *, term: Term, now: str, max_age: timedelta | None) -> Freshness:
    """The verdict on an answer: bad news counts however old or lonely it is, good news only fresh and witnessed.

    Args:
        seen: the answer.
        term: the certificate's dates.
        now: the time, RFC 3339 in UTC.
        max_age: oldest acceptable answer; any is fresh enough where absent, until its next one is due.

    Source: docs/life-cycle.md, "What a reader without a connection may conclude".
    """
    if not seen.known_key:
        return Freshness.UNKNOWN_KEY
    stands = at_time(seen.standing, term, now)
    if stands is not Lifecycle.VALID:
        return Freshness(stands.value.replace("_", "-"))
    if len(seen.cosigned_at) < seen.quorum:
        return Freshness.NO_QUORUM
    return Freshness.VALID_BUT_STALE if is_stale(seen, now, max_age) else Freshness.VALID


def shown_at(seen: Seen) -> str | None:
    """The latest moment for which the answer shows the standing; absent where nobody can tell.

    With a quorum that is when its last witness needed had signed, unless the answer itself is older.
    """
    if seen.said_at is None or not seen.quorum:
        return seen.said_at
    newest = sorted(seen.cosigned_at, reverse=True)
    return min(seen.said_at, newest[seen.quorum - 1]) if len(newest) >= seen.quorum else None


def is_stale(seen: Seen, now: str, max_age: timedelta | None) -> bool:
    """Whether an answer is older than the reader accepts, past its term, from the future, or of unknown age."""
    shown = shown_at(seen)
    if seen.due is not None and now >= seen.due:
        return True
    if shown is None:
        return max_age is not None or bool(seen.quorum)
    age = _moment(now) - _moment(shown)
    return age < -SKEW or (max_age is not None and age > max_age)


def _moment(time: str) -> datetime:
    return datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
