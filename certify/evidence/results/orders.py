"""Results of tests that hold the published order of items or options against other orders of the same."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.results.detection import Detection

Count = Annotated[int, Field(ge=0, le=1000)]
Sum = float
"""A sum of log-probabilities or of their squares, in nats, to 4 decimals."""


class LiftSums(Value):
    """Sums over shards of the log-probabilities of a shard's orders, on which the power depends."""

    variance: Sum = Field(ge=0, allow_inf_nan=False)
    """Of their variances."""
    headroom: Sum = Field(ge=0, allow_inf_nan=False)
    """Of what the likeliest order lies above their mean."""
    squares: Sum = Field(ge=0, allow_inf_nan=False)
    """Of the squares of that."""


class OrderExchangeabilityResult(Detection):
    """Check ``order-exchangeability``; ``power_against`` is a share of shards."""

    benchmark: str
    """Id of the benchmark."""
    benchmark_sha256: Sha256
    """Digest of the file the items were read from."""
    items: int = Field(ge=0)
    """Items in shards that were compared."""
    shards: int = Field(ge=0)
    """Shards that were compared."""
    left_out: int = Field(ge=0)
    """Shards of which an order could not be scored."""
    orders: int = Field(ge=2)
    """Orders of each shard, the published one among them."""
    draws: int = Field(ge=1)
    """Random choices of which order counts as the published one."""
    reaching: int | None = Field(default=None, ge=0)
    """Choices whose sum of log-probabilities reaches that of the published orders; absent where nothing was asked."""
    lift: float | None = Field(default=None, allow_inf_nan=False)
    """Log-probability of the published order minus the mean of all orders of its shard, mean over shards, nats."""
    sums: LiftSums | None = None
    """What the power follows from; absent where nothing was asked."""


class OptionOrderResult(Detection):
    """Check ``option-order``; ``power_against`` is a share of the published items."""

    benchmark: str
    """Id of the benchmark."""
    benchmark_sha256: Sha256
    """Digest of the file the published items were read from."""
    control_sha256: Sha256
    """Digest of the file the control items were read from."""
    items: int = Field(ge=0)
    """Published items that were compared."""
    control_items: int = Field(ge=0)
    """Control items that were compared."""
    left_out: int = Field(ge=0)
    """Items of both of which an order could not be scored."""
    orders: int = Field(ge=2)
    """Orders of each item's options, the published one among them."""
    ranks: tuple[Count, ...] | None = Field(default=None, max_length=24)
    """Published items whose order is the likeliest, the second likeliest, and so on; ties count against it; absent
    where nothing was asked."""
    control_ranks: tuple[Count, ...] | None = Field(default=None, max_length=24)
    """The same of the control items."""
    draws: int = Field(ge=1)
    """Random choices of which items count as published."""
    reaching: int | None = Field(default=None, ge=0)
    """Choices whose sum of ranks is at most that of the published items; absent where nothing was asked."""
    ranks_p_value: Fraction | None = None
    """Of lower ranks among published items, by permutation."""
    likeliest_p_value: Fraction | None = None
    """Of more published items whose published order is the likeliest, by Boschloo's test."""
