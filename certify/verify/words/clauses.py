"""Clauses in the words a compliance officer reads: what force each has, and how many of them nothing covers."""

from __future__ import annotations

from collections.abc import Sequence

from certify.counting import counted
from certify.evidence.clauses import ClauseOutcome, Decidable, Force, Support

UNVERIFIED = "unverified"
"""What stands beside a clause whose entry nobody compared with the published text."""
UNVERIFIED_MEANS = "nobody compared the catalogue's entry with the published text"
"""What that means, as part of a sentence."""

SUPPORT_WORDS = {
    Support.NOT_COVERED: "not covered",
    Support.OPEN: "left open",
    Support.SUPPORTED: "supported",
}
"""How far a decision goes with a clause, what it lacks first; none of them says that anybody complies."""

DECIDABLE_WORDS = {
    Decidable.FULL: "decidable by machine",
    Decidable.PARTIAL: "decidable in part",
    Decidable.EVIDENCE_ONLY: "for people to judge",
}


def entry_words(clause: ClauseOutcome) -> str:
    """What force a clause has, and whether its entry was compared: ``applies from 2027-12-02; unverified``."""
    return force_words(clause) + ("" if clause.verified else f"; {UNVERIFIED}")


def force_words(clause: ClauseOutcome) -> str:
    """What force a clause has on the day asked about: ``applies from 2027-12-02``."""
    begun, ended = clause.effective_from, clause.effective_until
    return {
        Force.IN_FORCE: f"in force since {begun}" if begun else "in force",
        Force.NOT_YET: f"applies from {begun}",
        Force.ENDED: f"applied until {ended}",
        Force.PROPOSED: "proposed, binds nobody yet",
        Force.RESCINDED: f"rescinded{f' on {ended}' if ended else ''}, binds nobody any more",
        Force.BY_ANALOGY: "by analogy, does not bind",
        Force.VOLUNTARY: "voluntary",
    }[clause.force]


def by_support(clauses: Sequence[ClauseOutcome]) -> tuple[ClauseOutcome, ...]:
    """Those not covered first, then those left open, then those supported; otherwise in the policy's order."""
    return tuple(one for support in SUPPORT_WORDS for one in clauses if one.support is support)


def counts_words(clauses: Sequence[ClauseOutcome]) -> str:
    """``12 of 40 not covered, 1 left open, 27 supported``."""
    counts = {support: sum(one.support is support for one in clauses) for support in SUPPORT_WORDS}
    first, *rest = (f"{counts[support]} {words}" for support, words in SUPPORT_WORDS.items() if counts[support])
    return ", ".join([first.replace(" ", f" of {len(clauses)} ", 1), *rest])


def gap_words(clauses: Sequence[ClauseOutcome] | None) -> str:
    """How many clauses of the policy no rule covers, for page one; empty where there is none."""
    found = [one for one in clauses or () if one.support is Support.NOT_COVERED]
    if not found:
        return ""
    return f"{len(found)} of the {counted(len(clauses or ()), 'clause')} that the policy is about, covered by no rule"
