"""For which entries of the log a key counts; no clock of a signer has a say in it.

Whoever steals a key can write any time into a statement, but cannot put it before an entry that is already in the
log. So a key's term begins and ends at log indexes, and a revocation names the first index it covers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from certify.errors import HostileInput
from certify.evidence.base import StrictValue, Utc

if TYPE_CHECKING:
    from certify.trust.trustfile import TrustFile


class Revocation(StrictValue):
    """That a key is no longer its holder's alone."""

    index: int = Field(ge=0, strict=True)
    """First log index at which its signatures count for nothing."""
    reason: str = Field(min_length=1, max_length=1000)
    """Why, for everybody who meets the key."""
    declared_at: Utc
    """When that was said; the index decides, not this time."""


class KeyWindow(StrictValue):
    """The part of the log in which a key counts; the whole of it where nothing is said."""

    valid_from_index: int | None = Field(default=None, ge=0, strict=True)
    """First log index at which it counts."""
    valid_until_index: int | None = Field(default=None, ge=1, strict=True)
    """First log index at which it counts no more."""
    revoked: Revocation | None = None
    """That it was stolen or lost, and from where on."""

    @property
    def bounded(self) -> bool:
        """Whether it matters where in the log a signature of this key lies."""
        return not (self.valid_from_index is None and self.valid_until_index is None and self.revoked is None)

    @property
    def ends(self) -> int | None:
        """First log index at which the key counts for nothing; absent where no end is known."""
        known = [self.valid_until_index, self.revoked.index if self.revoked else None]
        return min((index for index in known if index is not None), default=None)

    def fault_at(self, index: int | None) -> str:
        """Why a signature that the log holds at ``index`` does not count; empty where it does.

        Args:
            index: place in the log of the statement, or of the one that names it; absent where nothing proves any.
        """
        if not self.bounded:
            return ""
        if index is None:
            return "nothing proves where in the log it lies"
        if self.revoked is not None and index >= self.revoked.index:
            return f"the key is revoked from entry {self.revoked.index} on: {self.revoked.reason}"
        if self.valid_from_index is not None and index < self.valid_from_index:
            return f"the key counts only from entry {self.valid_from_index} on"
        if self.valid_until_index is not None and index >= self.valid_until_index:
            return f"the key counts only before entry {self.valid_until_index}"
        return ""


def require_counting(trust: TrustFile, keyid: str, index: int | None, what: str) -> None:
    """Return if a signature by a key of the trust file counts at a place of the log.

    Args:
        trust: the reader's trust file.
        keyid: the key, which the file names.
        index: proven place in the log, as in ``KeyWindow.fault_at``.
        what: what was signed, for the error.

    Raises:
        HostileInput: CERT-E126, it does not count; CERT-E055, the file does not name the key.
    """
    party = trust.party_of(keyid)
    fault = trust.keys[keyid].fault_at(index)
    if fault:
        place = "" if index is None else f" at log entry {index}"
        raise HostileInput(
            "CERT-E126",
            f"the signature of {party} on the {what}{place} does not count: {fault}",
            "a key counts for a part of the log only, whatever time its holder wrote beside the signature",
            "ask the issuer for a certificate that is signed with a current key",
        )
