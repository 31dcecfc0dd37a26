"""What a reader asks first, answered in order: one source for page one, ``certify show`` and the web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.certificate import Certificate
from certify.page import wording
from certify.page.numbers import Number, short_numbers
from certify.page.row import Row
from certify.page.unchecked import not_checked
from certify.page.verdict import Findings, usable_words
from certify.page.wording import clip

MAY_I = "May I use it"
FOR_WHAT = "For what"
UNTIL = "Until when"
WHO = "Who says so"
DATA = "Data seen"
UNCHECKED = "Not checked"
PURPOSE = 160
"""Characters of the intended use that the top of page one has room for; the report has the whole of it."""
GRAVEST = 2
"""Lines of what was not checked that stand in the top third; all of them stand further down."""


class TopThird(NamedTuple):
    """What stands above everything else, on paper and in a terminal."""

    answers: tuple[Row, ...]
    """May I use it, for what, until when; who says so and how independent; data seen."""
    numbers: tuple[Number, ...]
    """Three numbers with their bounds."""
    unchecked: Row
    """The gravest of what was not checked."""


def top_third(findings: Findings, results: Mapping[str, Value] | None = None) -> TopThird:
    """The top third of page one, which ``certify show`` opens with in the same words."""
    unchecked = Row(UNCHECKED, unchecked_words(findings, results))
    return TopThird(answers(findings), short_numbers(findings), unchecked)


def answers(findings: Findings) -> tuple[Row, ...]:
    """May I use it, for what, until when; who says so and how independent; data seen."""
    return (
        Row(MAY_I, usable_words(findings)),
        Row(FOR_WHAT, purpose_words(findings)),
        Row(UNTIL, until_words(findings)),
        Row(WHO, who_words(findings)),
        Row(DATA, wording.data_sentence(findings.data_examined, findings.datasets)),
    )


def purpose_words(findings: Findings) -> str:
    """What the owner says it is for; nobody tests that."""
    declared = findings.declaration
    if declared is None:
        return "Nobody declared a use: the numbers hold for the questions asked, not for a task."
    use = clip(declared.intended_use, PURPOSE).rstrip(".")
    return f"{use} (declared by {clip(declared.owner, 50)}, not tested)."


def until_words(findings: Findings) -> str:
    """How long it holds, and that it can end before."""
    if isinstance(findings, Certificate):
        return f"{wording.long_date(findings.valid_until)}, unless withdrawn earlier: ask its registry."
    return f"Nothing was issued that could expire. Decided on {wording.long_date(findings.decided_at)}."


def who_words(findings: Findings) -> str:
    """Who says so, and how independent the parties are."""
    issuer = clip(findings.issuer, 50)
    if isinstance(findings, Certificate):
        return f"{issuer}. {wording.INDEPENDENCE[findings.level]}"
    return f"{issuer}. A report has no assurance level; log entry {findings.log_index} holds the decision."


def unchecked_words(findings: Findings, results: Mapping[str, Value] | None = None) -> str:
    """The gravest of what was not checked in a line, and how much more there is."""
    lines = not_checked(findings, results)
    more = len(lines) - GRAVEST
    rest = f" And {more} more, listed below." if more > 0 else ""
    return " ".join(f"{line}." for line in lines[:GRAVEST]) + rest
