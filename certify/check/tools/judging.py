"""Whether invented tools were used rightly: the calls are run again, and the number must have come out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from certify.check.extraction import without_answer
from certify.engines.reasoning import split_reasoning
from certify.engines.replies import sound
from certify.engines.sessions.tools import IMPOSSIBLE, Called, Trace, plan_trace, trace
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Outcome, Question
from certify.evidence.model import ReasoningTags

ACT, PLAN = "tools:act", "tools:plan"
TOOLS = (ACT, PLAN)
"""Verifiers that judge a whole conversation."""


def judged_tools(question: Question, said: Sequence[Completion], reasoning: ReasoningTags | None) -> ItemRecord:
    """The record of an answer by tools.

    Right is a final number that equals the right one *and* came out of the model's own valid calls on values that it
    was given or had from such calls; which way it went does not matter. Where nothing can be known, saying so is right.

    Args:
        question: with the world in its episode, and in its diagnostics the needed tools with their right choices.
        said: the answers, a turn each.
        reasoning: how the model marks its reasoning.
    """
    last = said[-1]
    if last.finish_reason is FinishReason.ERROR:
        return ItemRecord(completion=last, outcome=Outcome.ERROR)
    world = question.episode.facts if question.episode else {}
    answers = [split_reasoning(one.text, reasoning).answer for one in said]
    found = plan_trace(world, answers[0]) if question.verifier == PLAN else trace(world, answers)
    return ItemRecord(
        completion=last,
        answer=None if found.answer is None else sound(found.answer),
        outcome=_outcome(question, found, last, reasoning),
        marks=_marks(question, found),
    )


def solved(question: Question, found: Trace) -> bool:
    """Whether the answer is right and has come out of own calls."""
    if found.answer != question.gold:
        return False
    goal = question.episode.facts.get("goal") if question.episode else None
    return question.gold == IMPOSSIBLE or int(question.gold) in found.known.get(str(goal), ())


def _outcome(question: Question, found: Trace, last: Completion, reasoning: ReasoningTags | None) -> Outcome:
    if solved(question, found):
        return Outcome.CORRECT
    text, closed = split_reasoning(last.text, reasoning)
    cut_off = last.finish_reason is FinishReason.LENGTH
    if found.answer is None and (cut_off or not closed or found.formless):
        return without_answer(text, closed, cut_off, last.token_ids)
    return Outcome.WRONG


def _marks(question: Question, found: Trace) -> dict[str, int]:
    needed = question.diagnostics or {}
    counts = Counter(_fault(one, needed) for one in found.calls)
    marks = {
        "calls": len(found.calls),
        "formless": found.formless,
        "first-right": int(bool(found.calls) and _is_right(found.calls[0], needed)),
        "gave-up": int(found.answer == IMPOSSIBLE != question.gold),
        "without-calls": int(found.answer == question.gold and not solved(question, found)),
    }
    return marks | {name: counts[name] for name in ("unknown-tool", "wrong-arguments", "wrong-tool", "wrong-choice")}


def _fault(called: Called, needed: Mapping[str, str]) -> str:
    if called.fault:
        return called.fault
    if called.name not in needed:
        return "wrong-tool"
    return "" if called.chosen == needed[called.name] else "wrong-choice"


def _is_right(called: Called, needed: Mapping[str, str]) -> bool:
    return called.known and not _fault(called, needed)
