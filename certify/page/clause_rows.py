"""Annex B: the clauses a policy is about, those that nothing covers first, as rows of strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from certify.evidence.clauses import ClauseOutcome, Support
from certify.page.wording import Mark, clip, long_date
from certify.verify.words.clauses import (
    DECIDABLE_WORDS,
    UNVERIFIED_MEANS,
    by_support,
    counts_words,
    entry_words,
)

_MARKS = {
    Support.NOT_COVERED: Mark("–", "Not covered", "open"),
    Support.OPEN: Mark("≈", "Left open", "open"),
    Support.SUPPORTED: Mark("✓", "Supported", "good"),
}


class ClauseRow(NamedTuple):
    """A clause that the policy is about."""

    mark: Mark
    """How far the decision supports it."""
    clause: str
    """Its reference."""
    title: str
    """How its source counts it, and what it is about."""
    force: str
    """What force it has on the day of the decision, and whether the entry was compared with the text."""
    rules: str
    """Rules that name it, and how much of it a machine can decide."""


def clause_rows(clauses: Sequence[ClauseOutcome] | None) -> tuple[ClauseRow, ...]:
    """The rows, those not covered first; none where the policy lists no clauses."""
    return tuple(
        ClauseRow(
            _MARKS[one.support],
            clip(one.clause, 90),
            clip(one.title, 160),
            entry_words(one),
            f"{clip(', '.join(one.rules), 120) or 'no rule'}; {DECIDABLE_WORDS[one.coverage]}",
        )
        for one in by_support(clauses or ())
    )


def clauses_caption(clauses: Sequence[ClauseOutcome] | None, decided_at: str) -> str:
    """What heads the rows; empty where there are none."""
    if not clauses:
        return ""
    doubt = "" if all(one.verified for one in clauses) else f" Unverified: {UNVERIFIED_MEANS}."
    return (
        f"Clauses the policy is about, with the force they have on {long_date(decided_at)}: {counts_words(clauses)}. "
        f"Support is no compliance.{doubt}"
    )
