"""How page one words what was measured on answers that other checks received."""

from __future__ import annotations

from certify.evidence.certificate import Headline
from certify.evidence.results import AnswerLengths, ConcisionResult, CostResult
from certify.verify.words.printed import bounded, percent


def concision_headlines(name: str, result: ConcisionResult) -> list[Headline]:
    """For each check that was measured: tokens for each right answer, the range, and how the answers ended."""
    return [_of_check(name, found) for found in result.checks]


def _of_check(name: str, found: AnswerLengths) -> Headline:
    value = "no right answers" if found.tokens_per_correct is None else f"{found.tokens_per_correct:,.0f}"
    upper = "no bound" if found.tokens_per_correct_upper is None else f"{found.tokens_per_correct_upper:,.0f}"
    interval = "" if found.tokens_per_correct is None else f"95 % interval {_whole(found)} to {upper}; "
    half = next((point for point in reversed(found.curve[:-1])), None)
    curve = f"; within {half.tokens:,} tokens {bounded(half.accuracy)} are right" if half else ""
    detail = (
        f"{interval}{found.check}, {found.answers:,} answers, median {found.right.median or 0:,} tokens if right and "
        f"{found.wrong.median or 0:,} if not; {percent(found.truncated_share)} cut off, "
        f"{percent(found.looped_share)} in a loop{curve}"
    )
    return Headline(name=f"{name} ({found.check})", value=value, detail=detail)


def cost_headline(name: str, found: CostResult) -> Headline:
    """Right answers for each second, and for each other thing that was measured."""
    told = [f"telemetry of {found.seconds:,.0f} seconds, {found.batch_size} at once"]
    if found.brief:
        told.append("a run this short says little")
    told.append(
        "GPU energy not measured"
        if found.correct_per_kilowatt_hour is None
        else f"{found.correct_per_kilowatt_hour:,.0f} for a kWh of GPU-board energy, not at the wall"
    )
    if found.correct_per_second_per_gigabyte is not None:
        where = "process" if found.gpu_memory is None else "GPU"
        told.append(f"{found.correct_per_second_per_gigabyte:.4g} for a gigabyte of {where} memory")
    if found.correct_per_unit is not None:
        told.append(f"{found.correct_per_unit:.4g} for 1 {found.currency} at the declared price")
    return Headline(name=name, value=f"{found.correct_per_second:.4g}", detail="; ".join(told))


def _whole(found: AnswerLengths) -> str:
    return f"{found.tokens_per_correct_lower or 0:,.0f}"
