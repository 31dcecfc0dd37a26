"""Whether a certificate still stands: a function of the status entries in the log's order.

The order is the log's, never the signers' clocks: whoever steals a key can write any time, but
cannot put an entry before one that is already there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from certify.evidence.certificate import State, Status

if TYPE_CHECKING:
    from certify.trust.verified import Verified


class Standing(StrEnum):
    """How a certificate stands, its dates of validity aside."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


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


def standing_of(serial: str, entries: Iterable[tuple[int, Verified[Status]]]) -> StandingOf:
    """How the certificate ``serial`` stands after all of these entries.

    Args:
        serial: the certificate; entries about others are left out.
        entries: log index and verified status, in any order.
    """
    return fold_statuses(serial, ((index, verified.value) for index, verified in entries))


def fold_statuses(serial: str, entries: Iterable[tuple[int, Status]]) -> StandingOf:
    """``standing_of`` for statuses whose signatures somebody else answers for, such as a registry's own.

    The first revocation is final. Short of that, the first entry that names a successor is final:
    reinstating lifts a suspension and nothing else.
    """
    mine = sorted(((index, status) for index, status in entries if status.serial == serial), key=lambda e: e[0])
    for state, standing in ((State.REVOKED, Standing.REVOKED), (State.SUPERSEDED, Standing.SUPERSEDED)):
        for index, status in mine:
            if status.state == state:
                return StandingOf(standing, status.reason, index, status.declared_at)
    if not mine:
        return StandingOf(Standing.VALID)
    index, last = mine[-1]
    standing = Standing.SUSPENDED if last.state == State.SUSPENDED else Standing.VALID
    return StandingOf(standing, last.reason, index, last.declared_at)
