"""Parameters of tests that hold the published order of items or options against other orders of the same."""

from __future__ import annotations

from math import factorial
from typing import Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256
from certify.evidence.parameters.detection import DetectionParameters, Effect


class OrderExchangeabilityParameters(DetectionParameters):
    """Check ``order-exchangeability``; ``power_against`` is a share of shards."""

    benchmark: str
    """Id in policies/benchmarks, or the path of a JSONL or Parquet file."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    power_against: Effect = 0.25
    """Share of shards whose published order should be noticed if the model finds it the likeliest."""
    shard_items: int = Field(default=4, ge=2, le=16)
    """Consecutive items whose order is shuffled together."""
    shuffles: int = Field(default=9, ge=1, le=63)
    """Random orders that each shard's published one is held against."""
    shards: int = Field(default=250, ge=1, le=20000)
    """Most shards, from the beginning of the file."""
    draws: int = Field(default=9999, ge=99, le=99999)
    """Random choices of which order counts as the published one."""

    @model_validator(mode="after")
    def _so_many_orders(self) -> Self:
        if self.shuffles >= factorial(self.shard_items):
            raise ValueError(
                f"{self.shard_items} items have {factorial(self.shard_items) - 1} orders beside the published one, "
                f"shuffles asks for {self.shuffles}"
            )
        return self


class OptionOrderParameters(DetectionParameters):
    """Check ``option-order``; ``power_against`` is a share of the published items."""

    benchmark: str
    """Multiple choice: id in policies/benchmarks, or the path of a JSONL or Parquet file."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    control: str
    """Items of the same kind that the model has certainly not seen: an id, or a path; at least 100 that can be used."""
    control_sha256: Sha256 | None = None
    """SHA-256 of the control's file; the plan fills it in, a policy may demand it."""
    power_against: Effect = 0.25
    """Share of published items whose option order should be noticed if the model finds it the likeliest."""
    shuffles: int = Field(default=5, ge=1, le=23)
    """Random orders that each item's published one is held against."""
    first: int = Field(default=500, ge=10, le=1000)
    """Most items of either file, from its beginning."""
    draws: int = Field(default=1999, ge=99, le=9999)
    """Random choices of which items count as published."""
