"""Which entries of a log a monitor tells about."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from certify.errors import HostileInput, UsageError
from certify.evidence.log_entry import LogEntry
from certify.evidence.statement import SHORT_NAMES

SHORTEST = 16
"""Digits of a digest or key id that must be given; fewer would match by chance."""
_VALUES = {
    "digest": re.compile(rf"[0-9a-f]{{{SHORTEST},64}}", re.ASCII),
    "issuer": re.compile(rf"[0-9a-f]{{{SHORTEST},64}}", re.ASCII),
    "kind": re.compile(r"[a-z][a-z-]{1,40}", re.ASCII),
}


class Match(NamedTuple):
    """What an entry must have; each that is given, all of them."""

    digest: str = ""
    """Begins the digest of the statement or of its subject, such as the model."""
    issuer: str = ""
    """Begins the id of the signing key."""
    kind: str = ""
    """Short name of the kind of statement, such as ``status``."""

    @classmethod
    def parse(cls, text: str) -> Match:
        """The match in ``digest=...,issuer=...,kind=...``.

        Raises:
            UsageError: CERT-E011, another form.
        """
        found: dict[str, str] = {}
        for part in text.split(","):
            name, _, value = part.partition("=")
            if name not in _VALUES or name in found or not _VALUES[name].fullmatch(value):
                why = f"digests and key ids are given by {SHORTEST} to 64 hexadecimal digits"
                hint = "such as --match issuer=3f2a90cc3f2a90cc,kind=certificate"
                raise UsageError("CERT-E011", f"{part[:80]!r} says nothing that entries can match", why, hint)
            found[name] = value
        return cls(**found)

    def takes(self, entry: LogEntry) -> bool:
        """Whether an entry is meant."""
        return (
            any(digest.startswith(self.digest) for digest in (entry.payload_sha256, entry.subject))
            and entry.keyid.startswith(self.issuer)
            and (not self.kind or SHORT_NAMES.get(entry.predicate_type) == self.kind)
        )


def told_of(index: int, data: bytes, matches: tuple[Match, ...]) -> dict[str, Any] | None:
    """What is told of an entry; None where nothing is.

    Without matches everything is told, also of entries that are none of ours.
    """
    try:
        entry = LogEntry.from_bytes(data, name=f"entry {index}")
    except HostileInput:
        return None if matches else {"logIndex": index, "bytes": len(data)}
    if matches and not any(match.takes(entry) for match in matches):
        return None
    return {"logIndex": index, "kind": SHORT_NAMES.get(entry.predicate_type, entry.predicate_type), **entry.document()}
