"""How page one words what was measured on answers that other checks received."""

from __future__ import annotations

from collections.abc import Callable

from certify.counting import counted
from certify.evidence.certificate import Headline
from certify.evidence.results import AnswerLengths, ConcisionResult, CostResult
from certify.verify.words.printed import bounded, percent, plain


def concision_headlines(name: str, result: ConcisionResult) -> list[Headline]:
    """For each check that was measured: tokens for each right answer, the range, and how the answers ended."""
    return [_of_check(name, found) for found in result.checks]


def _of_check(name: str, found: AnswerLengths) -> Headline:
    value = "no right answers" if found.tokens_per_correct is None else f"{found.tokens_per_correct:,.0f}"
    detail = (
        f"{interval_of_tokens(found)}{found.check}, {counted(found.answers, 'answer')}, {_medians(found)}; "
        f"{percent(found.truncated_share)} cut off, {percent(found.looped_share)} in a loop{within_half(found)}"
    )
    return Headline(name=f"{name} ({found.check})", value=value, detail=detail)


def interval_of_tokens(found: AnswerLengths) -> str:
    """The interval of the tokens for a right answer; empty where none is right."""
    if found.tokens_per_correct is None:
        return ""
    upper = "no bound" if found.tokens_per_correct_upper is None else f"{found.tokens_per_correct_upper:,.0f}"
    return f"95 % interval {found.tokens_per_correct_lower or 0:,.0f} to {upper}; "


def within_half(found: AnswerLengths) -> str:
    """What is right within the budget before the last; empty where there was one alone."""
    half = next((point for point in reversed(found.curve[:-1])), None)
    return f"; within {half.tokens:,} tokens {bounded(half.accuracy)} are right" if half else ""


def _medians(found: AnswerLengths) -> str:
    """Half of the answers are no longer than that; what there was none of has no median."""
    right, wrong = found.right.median, found.wrong.median
    if right is None:
        return "none of them right" + ("" if wrong is None else f", median {wrong:,} tokens")
    if wrong is None:
        return f"all of them right, median {right:,} tokens"
    return f"median {right:,} tokens if right and {wrong:,} if not"


def cost_headline(name: str, found: CostResult, number: Callable[[float], str] = plain) -> Headline:
    """Right answers for each second, and for each other thing that was measured.

    Args:
        name: of the check.
        found: its result.
        number: writes a rate; former wordings wrote them in another way.
    """
    told = [f"telemetry of {found.seconds:,.0f} seconds, {found.batch_size} at once"]
    if found.brief:
        told.append("a run this short says little")
    told.append(
        "GPU energy not measured"
        if found.correct_per_kilowatt_hour is None
        else f"{found.correct_per_kilowatt_hour:,.0f} for a kWh of GPU-board energy, not at the wall"
    )
    if found.correct_per_second_per_gigabyte is not None:
        told.append(f"{number(found.correct_per_second_per_gigabyte)} for a gigabyte of {_memory(found)} memory")
    if found.correct_per_unit is not None:
        told.append(f"{number(found.correct_per_unit)} for 1 {found.currency} at the declared price")
    return Headline(name=name, value=number(found.correct_per_second), detail="; ".join(told))


def _memory(found: CostResult) -> str:
    """Whose memory the rate is about, in every wording: results of the former ones know of none but the processes'."""
    return "process" if found.gpu_memory is None else "GPU"
