"""Results of conversations of several turns, and of tools."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Value
from certify.evidence.results.estimates import Drop, Estimate, Outcomes


class TurnsLevel(Value):
    """One difficulty of the revised orders."""

    level: int
    """The difficulty."""
    revisions: int
    """Changes that count, in each item."""
    items: int
    """Items."""
    facts: Fraction
    """Plain share of right answers to the final facts alone."""
    message: Fraction
    """Plain share with the whole story in one message."""
    turns: Fraction
    """Plain share turn by turn."""
    floor: Fraction
    """Share that the best of a bank of answerers who follow no revision reaches, upper bound."""
    floor_responder: str
    """Which of them."""
    partial: Fraction | None = None
    """Share that the best of those reaches who follow most revisions and misunderstand or miss some, upper bound."""
    partial_responder: str | None = None
    """Which of them."""


class MultiTurnResult(Value):
    """Check ``multi-turn``: the same items asked at once, in one message with revisions, and turn by turn."""

    facts: Estimate
    """Share of right answers to the final facts alone."""
    message: Estimate
    """Share with the revisions told in one message."""
    turns: Estimate
    """Share with the revisions told turn by turn: the last answer counts."""
    revision_drop: Drop
    """Final facts minus one message: what following revisions costs."""
    turn_drop: Drop
    """One message minus turn by turn: what the turns cost."""
    total_drop: Drop
    """Final facts minus turn by turn."""
    stale_share: Fraction
    """Of the last answers turn by turn, share that gives the total of an earlier state."""
    missed_share: Fraction
    """Share that gives the total without exactly one of the revisions."""
    reliable: Fraction
    """Share of items of which every sample is right turn by turn."""
    levels: tuple[TurnsLevel, ...] = Field(min_length=1)
    """Each difficulty."""
    outcomes: Outcomes
    """How the answers ended, an episode counted once."""
    version: int | None = Field(default=None, ge=1)
    """Version of the generator; results of the first name none."""


class ToolUse(Value):
    """Invented tools in one mode; shares of answers unless said otherwise."""

    solved: Estimate
    """Share of right results that came from own valid calls, over the items that can be solved."""
    declined: Fraction
    """Share that says so, over the items that no tool can solve or that leave something out."""
    gave_up: Fraction
    """Share that says "impossible", over the items that can be solved."""
    first_call_right: Fraction
    """Share whose first call is a needed tool with known inputs and the documented choice, over these items."""
    without_calls: Fraction
    """Share with the right number, though not from own valid calls: not counted as solved."""
    calls: int = Field(ge=0)
    """Calls over all answers of the mode."""
    unknown_tool: Fraction
    """Share of the calls to a tool that does not exist."""
    wrong_arguments: Fraction
    """Share of the calls with arguments that the documentation does not allow."""
    wrong_tool: Fraction
    """Share of the calls to a tool that is not needed, over the items that can be solved."""
    wrong_choice: Fraction
    """Share of the calls to a needed tool with another choice than documented, over these items."""
    formless: Fraction
    """Share of answers in which a turn was neither a call nor an answer; one is asked again."""


class ToolsLevel(Value):
    """One difficulty of the invented tools."""

    level: int
    """The difficulty."""
    depth: int
    """Tools that are needed."""
    items: int
    """Items that can be solved."""
    act: Fraction | None = None
    """Plain share solved with results coming back; absent where not asked."""
    plan: Fraction | None = None
    """Plain share solved with all calls at once; absent where not asked."""
    floor: Fraction
    """Share that the best of a bank of answerers who read no documentation reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class UnseenToolsResult(Value):
    """Check ``unseen-tools``: tools that were invented for the run, used from their documentation."""

    act: ToolUse | None = None
    """With results coming back; absent where not asked."""
    plan: ToolUse | None = None
    """With all calls written at once; absent where not asked."""
    levels: tuple[ToolsLevel, ...] = Field(min_length=1)
    """Each difficulty."""
    outcomes: Outcomes
    """How the answers ended, an episode counted once."""
    version: int | None = Field(default=None, ge=1)
    """Version of the generator; results of the first name none."""
