"""Parameters of what reads the answers of other checks: how long they are, what they cost."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from certify.evidence.base import StrictValue


class ConcisionParameters(StrictValue):
    """Check ``concision``; it asks nothing."""

    reads: tuple[str, ...] = Field(min_length=1, max_length=20)
    """Ids of the checks of the same plan whose answers it measures."""
    budgets: tuple[Annotated[int, Field(ge=1, le=131072)], ...] | None = Field(
        default=None, min_length=1, max_length=20
    )
    """Token budgets of the curve; halves of the longest answer allowed, six times, when absent."""


class CostParameters(StrictValue):
    """Check ``cost``; it asks nothing."""

    reads: tuple[str, ...] = Field(min_length=1, max_length=50)
    """Ids of all checks of the same plan that ask: time and energy are measured over the whole run."""
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    """Currency of the price, ISO 4217."""
    price_per_hour: float | None = Field(default=None, gt=0, le=1e6)
    """Declared price of the hardware for an hour."""

    @model_validator(mode="after")
    def _price_in_a_currency(self) -> Self:
        if (self.currency is None) != (self.price_per_hour is None):
            raise ValueError("currency and price_per_hour go together: one alone says nothing of cost")
        return self
