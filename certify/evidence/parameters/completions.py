"""Parameters of checks that ask a model to go on with published items, or to name what was left out of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256
from certify.evidence.parameters.detection import DetectionParameters

BEFORE = "Question: "
"""What usually stands before a problem in training data."""

FRESH = "fresh"
"""Control of problems made for the run, in place of a file."""


class CountedAs(StrEnum):
    """Which completions a test counts."""

    NEAR = "near"
    EXACT = "exact"


class ControlledParameters(DetectionParameters):
    """What checks have in common that hold published items against newer ones."""

    benchmark: str = Field(min_length=1)
    """Id in policies/benchmarks, or the path of a JSON Lines or Parquet file."""
    control: str = Field(min_length=1)
    """The same of items that became public later than the model's training data ends."""
    control_released: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}(-\d{2})?$")
    """Day or month since which the items of the control have been public; of the catalogue's files it says so."""
    sha256: dict[str, Sha256] = Field(default_factory=dict)
    """SHA-256 of each file by its name; the plan fills them in, a policy may demand them."""
    most: int = Field(default=500, ge=10, le=1000)
    """Use only the first so many fitting items of each side."""

    @property
    def files(self) -> tuple[str, ...]:
        """The benchmarks that are read, as the parameters name them."""
        return (self.benchmark,) if self.control == FRESH else (self.benchmark, self.control)


class PrefixCompletionParameters(ControlledParameters):
    """Check ``prefix-completion``; ``power_against`` is the share of the published items known by heart."""

    share: float = Field(default=0.6, ge=0.2, le=0.9)
    """Share of an item's words that the model is given."""
    before: str = Field(default=BEFORE, max_length=200)
    """Text before each beginning; as every problem opens in the prompt style ``completion`` when absent."""
    least_words: int = Field(default=8, ge=3, le=50)
    """Words that must be left to write; shorter items are left out."""
    counted: CountedAs = CountedAs.NEAR
    """Completions that the test counts; the others are reported."""
    max_tokens: int = Field(default=256, ge=16, le=4096)
    """Longest completion, tokens; as many bytes of each rest are compared, so that they can be written."""


class OptionRecallParameters(ControlledParameters):
    """Check ``option-recall``; ``power_against`` is the share of the published items known by heart."""

    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""

    @model_validator(mode="after")
    def _from_a_file(self) -> Self:
        if self.control == FRESH:
            raise ValueError("option-recall has no fresh control: name a file of newer multiple-choice questions")
        return self
