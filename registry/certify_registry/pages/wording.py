"""How a standing, a time and a stranger's text read on the registry's pages."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from certify.trust.status import StandingOf, Term, at_time


class Status(NamedTuple):
    """How a certificate stands now, told by word, sign and shape; colour only on top."""

    key: str
    """``valid``, ``not_yet_valid``, ``expired``, ``superseded``, ``suspended`` or ``revoked``."""
    word: str
    """As printed."""
    sign: str
    """One character."""
    shape: str
    """Name of the outline drawn around the sign."""
    tone: str
    """good, bad or open."""
    sentence: str
    """What it means for somebody who wants to rely on the certificate."""


STATUSES = {
    one.key: one
    for one in (
        Status("valid", "Active", "✓", "circle", "good", "It stands as issued."),
        Status("not_yet_valid", "Not yet valid", "…", "ring", "open", "Its validity has not begun."),
        Status("expired", "Expired", "–", "square", "open", "Its validity is over. What it says was true when issued."),
        Status("superseded", "Superseded", "»", "pentagon", "open", "A newer certificate takes its place."),
        Status("suspended", "Suspended", "!", "triangle", "open", "Do not rely on it until it is reinstated."),
        Status("revoked", "Revoked", "✗", "octagon", "bad", "Do not rely on it. A revocation is final."),
    )
}


def status_of(standing: StandingOf, valid_from: str, valid_until: str, now: str) -> Status:
    """How a certificate stands at ``now``: what withdrew it, else its dates."""
    return STATUSES[at_time(standing.standing, Term(valid_from, valid_until), now).value]


_SPELLED = frozenset("\u200b\u200e\u200f\u061c\u2028\u2029\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that nobody sees and that move, hide or reorder others. Source: Unicode UAX 9 and TR 36."""
_ACCENTS = 3
"""Combining marks on one character; more would reach over the lines above."""


def shown(text: str) -> str:
    """``text`` with control and direction characters spelled as ``[U+202E]``, as on the PDF, and accents in bounds."""
    out, accents = [], 0
    for character in text:
        kind = unicodedata.category(character)
        accents = accents + 1 if kind == "Mn" else 0
        if character in "\n\t":
            out.append(character)
        elif kind in ("Cc", "Cs") or character in _SPELLED:
            out.append(f"[U+{ord(character):04X}]")
        elif accents <= _ACCENTS:
            out.append(character)
    return "".join(out)


def csv_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula. Source: OWASP, CSV Injection."""
    flat = shown(" ".join(text.split()))
    return f"'{flat}" if flat[:1] in ("=", "+", "-", "@", "|", "%") else flat


def day(time: str) -> str:
    """``2026-11-23T17:00:05Z`` as ``2026-11-23``."""
    return time[:10]
