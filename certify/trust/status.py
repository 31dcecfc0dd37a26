"""Whether a certificate still stands: a function of the status entries in the log's order.

The order is the log's, never the signers' clocks: whoever steals a key can write any time, but
cannot put an entry before one that is already there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from certify.evidence.certificate import State, Status
from certify.evidence.lifecycle import Reason

if TYPE_CHECKING:
    from certify.trust.trustfile import TrustFile
    from certify.trust.verified import Verified

REVOKER = "revoker"
"""The role that changes standings."""
FOUR_EYES = 2
"""Different revokers' keys that a revocation and a reinstatement need wherever the role has as many."""


class Standing(StrEnum):
    """How a certificate stands, its dates of validity aside."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Lifecycle(StrEnum):
    """How a certificate stands at a time, its dates of validity included; no log entry makes one expire."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


class Term(NamedTuple):
    """The dates on a certificate, RFC 3339 in UTC."""

    valid_from: str
    """First second of validity."""
    valid_until: str
    """First second past it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One signed and logged word about a certificate's standing."""

    index: int
    """Its place in the log."""
    status: Status
    """What it says."""
    keyid: str = ""
    """Who says so."""
    payload_sha256: str = ""
    """The statement; two revokers who sign one revocation sign the same statement."""


@dataclass(frozen=True, slots=True)
class StandingOf:
    """How a certificate stands, and what made it so."""

    standing: Standing
    reason: str = ""
    """The revoker's words; empty while valid and never touched."""
    index: int | None = None
    """Place in the log of the entry that decides."""
    declared_at: str | None = None
    """When that entry was signed, by its signer's clock."""
    reason_code: Reason | None = None
    """The cause, as programs read it."""
    superseded_by: str | None = None
    """The certificate that takes its place, where one is named."""
    waits_for: int = 0
    """How many more revokers must sign the revocation that suspends it until then; 0 where none waits."""


Needed = Callable[[int], int]
"""How many different keys must sign a revocation or a reinstatement, at a place of the log."""


def one_voice(_index: int) -> int:
    """The rule where one revoker is enough."""
    return 1


def voices_needed(trust: TrustFile) -> Needed:
    """How many revokers a trust file asks for at each place of the log.

    Two where two of its revokers' keys count there, whatever the threshold; more where the threshold is higher. A role
    that one key fills cannot have four eyes, and a threshold above the number of keys is refused with the file.

    Source: docs/life-cycle.md, "Four eyes".
    """
    keys = list(trust.keys_for(REVOKER).values())
    threshold = trust.threshold_for(REVOKER)
    return lambda index: max(threshold, min(FOUR_EYES, sum(not key.fault_at(index) for key in keys)))


def standing_of(serial: str, entries: Iterable[tuple[int, Verified[Status]]], needed: Needed = one_voice) -> StandingOf:
    """How the certificate ``serial`` stands after all of these entries.

    Args:
        serial: the certificate; entries about others are left out.
        entries: log index and verified status, in any order.
        needed: how many revokers must agree.
    """
    made = (Change(index, one.value, one.keyid, one.payload_sha256) for index, one in entries)
    return fold_changes(serial, made, needed)


def fold_changes(serial: str, changes: Iterable[Change], needed: Needed = one_voice) -> StandingOf:
    """How the certificate ``serial`` stands after all of these changes, in any order of the argument.

    The first complete revocation is final. Short of that, the first entry that names a successor is final. A
    revocation that too few revokers have signed suspends. Reinstating lifts suspensions, those included, and nothing
    else; it needs as many voices as a revocation, and a suspension that comes in between makes them void.
    """
    return _folded(serial, changes, needed).result()


def _folded(serial: str, changes: Iterable[Change], needed: Needed) -> _State:
    state = _State()
    for change in sorted((one for one in changes if one.status.serial == serial), key=lambda one: one.index):
        state.take(change, needed(change.index))
    return state


def unfinished_changes(
    serial: str, changes: Iterable[Change], state: State, needed: Needed = one_voice
) -> dict[str, frozenset[str]]:
    """The revocations or reinstatements that one voice more would still count for, each with those that have signed.

    A suspension, or a revocation that waits, makes the voices for every reinstatement before it void, and a
    reinstatement those for every revocation before it: such a statement is spent, and has to be made anew.

    Args:
        serial: the certificate.
        changes: signed and logged words, in any order.
        state: revoked or reinstated.
        needed: how many revokers must agree.

    Returns:
        Digest of each statement to the ids of the keys whose voices count, oldest statement first.
    """
    found = _folded(serial, changes, needed)
    voices = found.revoking if state is State.REVOKED else found.reinstating
    return {payload: frozenset(keys) for payload, keys in voices.items()}


def status_at(
    serial: str, changes: Iterable[Change], *, size: int, now: str, term: Term, needed: Needed = one_voice
) -> Lifecycle:
    """How a certificate stands at a time by the first ``size`` entries of the log, for whoever holds these.

    Args:
        serial: the certificate.
        changes: signed and logged words, in any order; those at ``size`` and beyond are left out.
        size: entries of the log that are looked at.
        now: the time, RFC 3339 in UTC.
        term: the certificate's dates.
        needed: how many revokers must agree.
    """
    found = fold_changes(serial, (one for one in changes if one.index < size), needed)
    return at_time(found.standing, term, now)


def at_time(standing: Standing, term: Term, now: str) -> Lifecycle:
    """A standing with the dates looked at; withdrawal outweighs them."""
    if standing is not Standing.VALID:
        return Lifecycle(standing.value)
    if now < term.valid_from:
        return Lifecycle.NOT_YET_VALID
    return Lifecycle.EXPIRED if now >= term.valid_until else Lifecycle.VALID


@dataclass
class _State:
    """What has been said of one certificate so far."""

    revoked: StandingOf | None = None
    superseded: StandingOf | None = None
    suspended: StandingOf | None = None
    last: StandingOf = field(default_factory=lambda: StandingOf(Standing.VALID))
    revoking: dict[str, set[str]] = field(default_factory=dict)
    reinstating: dict[str, set[str]] = field(default_factory=dict)

    def take(self, change: Change, needed: int) -> None:
        """Goes on by one entry."""
        state = change.status.state
        if state is State.REVOKED:
            self._revoke(change, needed)
        elif state is State.SUPERSEDED:
            self.superseded = self.superseded or _told(change, Standing.SUPERSEDED)
        elif state is State.SUSPENDED:
            if self.suspended is None or not self.suspended.waits_for:  # a revocation that waits says more
                self.suspended = _told(change, Standing.SUSPENDED)
            self.reinstating.clear()
        elif _agreed(self.reinstating, change) >= needed:
            self.last, self.suspended = _told(change, Standing.VALID), None
            self.revoking.clear()
            self.reinstating.clear()

    def result(self) -> StandingOf:
        """How it stands."""
        return self.revoked or self.superseded or self.suspended or self.last

    def _revoke(self, change: Change, needed: int) -> None:
        missing = needed - _agreed(self.revoking, change)
        if missing <= 0:
            self.revoked = self.revoked or _told(change, Standing.REVOKED)
        else:
            self.suspended = replace(_told(change, Standing.SUSPENDED), waits_for=missing)
            self.reinstating.clear()


def _agreed(voices: dict[str, set[str]], change: Change) -> int:
    """How many different keys have signed this statement by now."""
    signed = voices.setdefault(change.payload_sha256, set())
    signed.add(change.keyid)
    return len(signed)


def _told(change: Change, standing: Standing) -> StandingOf:
    said = change.status
    return StandingOf(standing, said.reason, change.index, said.declared_at, said.reason_code, said.superseded_by)
