"""Parameters of scores that tell how familiar texts look to a model."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256, StrictValue


class Detector(StrEnum):
    """How familiarity is scored; higher is more familiar."""

    MIN_K = "min-k"
    MIN_K_PLUS = "min-k-plus"
    ZLIB = "zlib"
    CONTEXT = "context"
    SELF_CRITIQUE = "self-critique"


class FamiliarityParameters(StrictValue):
    """Check ``familiarity``; advice."""

    benchmark: str = Field(min_length=1)
    """Texts in question: id in policies/benchmarks, or the path of a JSONL or Parquet file."""
    control: str | None = None
    """Texts that were certainly not trained on and of the very same making; without them no p-value is given."""
    sha256: dict[str, Sha256] = Field(default_factory=dict)
    """SHA-256 of either file, by its name; the plan fills it in, a policy may demand it."""
    detectors: tuple[Detector, ...] = Field(
        default=(Detector.MIN_K, Detector.MIN_K_PLUS, Detector.ZLIB, Detector.CONTEXT), min_length=1
    )
    """Which scores; ``self-critique`` writes answers and stands alone, in a check with a label of its own."""
    first: int = Field(default=100, ge=10, le=500)
    """Most items of either file, from its beginning."""
    neighbours: int = Field(default=3, ge=1, le=10)
    """Other items of the same file that stand before an item for ``context``."""
    false_share: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of the listed items that may be expected to be false; with a control."""
    max_tokens: int | None = Field(default=None, ge=16, le=131072)
    """Longest answer of ``self-critique``, tokens, 1024 when absent; nothing else writes any."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names."""
        return (self.benchmark,) if self.control is None else (self.benchmark, self.control)

    @property
    def writes(self) -> bool:
        """Whether the model writes answers, instead of reading texts."""
        return Detector.SELF_CRITIQUE in self.detectors

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(set(self.detectors)) != len(self.detectors):
            raise ValueError("a detector is named twice")
        if self.writes and len(self.detectors) > 1:
            raise ValueError("self-critique stands alone: give it a check of its own, such as familiarity:critique")
        if self.max_tokens is not None and not self.writes:
            raise ValueError("max_tokens belongs to self-critique: the other detectors let the model write nothing")
        if self.control == self.benchmark:
            raise ValueError("the control must be another file")
        return self
