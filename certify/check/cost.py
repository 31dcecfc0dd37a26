"""Check ``cost``: right answers for a second, a gigabyte, a kilowatt-hour and a unit of money, where measured."""

from __future__ import annotations

from typing import ClassVar

from certify.check.base import Answers, Size, Sources
from certify.evidence.answers import Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import CostParameters
from certify.evidence.results import CostResult
from certify.evidence.telemetry import MeasuredRun

BRIEF = 60.0
"""Seconds; rates of a shorter run say little."""


class Cost:
    """Asks nothing, and says nothing that was not measured: see :func:`cost_of`."""

    id: ClassVar[str] = "cost"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "What right answers cost on this hardware"

    def size(self, parameters: CostParameters, sources: Sources) -> Size:
        """No questions."""
        return Size(0, 0, 0)

    def questions(self, parameters: CostParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """None."""
        return ()

    def score(self, parameters: CostParameters, answers: Answers, sources: Sources) -> NotRun:
        """Answers say nothing about time."""
        return NotRun(check=self.id, reason="not measured: there is no record of time")


def cost_of(parameters: CostParameters, answers: Answers, measured: MeasuredRun | None) -> CostResult | NotRun:
    """The cost of a run's right answers, or why it is not known.

    Args:
        parameters: what is read, and the declared price.
        answers: judged.
        measured: sessions of the run.
    """
    records = [record for record in answers.records if record.completion.check in parameters.reads]
    if measured is None or not records:
        return _not_measured("there is no record of time")
    if sum(session.answered for session in measured.sessions) != sum(len(record.turns) for record in records):
        return _not_measured("some answers were made in sessions that were cut off")
    seconds = round(sum(session.seconds for session in measured.sessions), 3)
    if seconds <= 0:
        return _not_measured("answering took no time that could be measured")
    correct = sum(record.outcome is Outcome.CORRECT for record in records)
    memory = max(session.peak_memory for session in measured.sessions) or None
    boards = [session.gpu_memory for session in measured.sessions if session.gpu_memory is not None]
    board = max(boards) if len(boards) == len(measured.sessions) else None
    occupied = board or memory
    joules = [session.joules for session in measured.sessions if session.joules is not None]
    hours = round(sum(joules) / 3.6e6, 9) if len(joules) == len(measured.sessions) else None
    price = parameters.price_per_hour if parameters.currency else None
    return CostResult(
        reads=parameters.reads,
        answers=len(records),
        correct=correct,
        tokens=sum(session.tokens for session in measured.sessions),
        seconds=seconds,
        correct_per_second=_rate(correct, seconds),
        peak_memory=memory,
        gpu_memory=board,
        correct_per_second_per_gigabyte=_rate(correct, seconds * occupied / 1e9) if occupied else None,
        kilowatt_hours=hours or None,
        correct_per_kilowatt_hour=_rate(correct, hours) if hours else None,
        currency=parameters.currency if price else None,
        price_per_hour=price,
        correct_per_unit=_rate(correct, seconds / 3600 * price) if price else None,
        batch_size=measured.batch_size,
        brief=seconds < BRIEF,
        telemetry_sha256=measured.content_sha256(),
    )


def _rate(correct: int, quantity: float) -> float:
    """Six significant digits: more would be noise."""
    return float(f"{correct / quantity:.6g}")


def _not_measured(why: str) -> NotRun:
    return NotRun(check=Cost.id, reason=f"not measured: {why}")
