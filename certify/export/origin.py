"""Who signed what an export is made from."""

from __future__ import annotations

from typing import NamedTuple

NOT_STATED = "not stated"
"""What stands where the steward said nothing."""


class Origin(NamedTuple):
    """The signed statement behind an exported document."""

    statement_sha256: str
    """SHA-256 (hex) of its payload."""
    keyid: str
    """The key that signed it."""
    party: str | None
    """Who holds that key under the reader's trust file; absent where nobody was asked."""
    withheld: tuple[str, ...] = ()
    """Fields that the steward withholds from the public, as JSON pointers."""

    @property
    def signer(self) -> str:
        """The signer in words."""
        return self.party or f"unknown (key {self.keyid[:16]}; no trust file named its holder)"

    @property
    def sentence(self) -> str:
        """Where the words come from, and what they are worth."""
        named = ", ".join(self.withheld)
        hidden = f" Withheld by the steward, and shown here as {NOT_STATED}: {named}." if named else ""
        return (
            f"Filled from the data steward's signed statement {self.statement_sha256}; signer: {self.signer}. "
            f"Everything in it is declared, not tested.{hidden}"
        )
