"""What was measured while a run answered: beside the evidence, and named in it by digest."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Value


class AnsweringSession(Value):
    """One uninterrupted time of answering."""

    answered: int = Field(ge=0)
    """Answers made; each turn of a conversation is one."""
    tokens: int = Field(ge=0)
    """Tokens generated."""
    seconds: float = Field(ge=0)
    """Time of answering, without loading."""
    peak_memory: int = Field(default=0, ge=0)
    """Largest resident memory of each of the engine's processes, added up; bytes, 0 where it was not measured."""
    joules: float | None = Field(default=None, gt=0)
    """Energy of the GPU board; absent where it was not measured."""
    gpu_memory: int | None = Field(default=None, gt=0)
    """Memory in use on the GPU board, bytes; absent where it was not measured."""
    driver: str | None = None
    """Version of the GPU's driver."""
    attention: str | None = None
    """Implementation of attention that ran; absent where only a server knows."""


class MeasuredRun(Value):
    """All sessions of a run; what a session that was cut off did is not in it."""

    batch_size: int = Field(ge=1)
    """Questions answered together."""
    sessions: tuple[AnsweringSession, ...] = ()
    """In the order in which they ended."""
