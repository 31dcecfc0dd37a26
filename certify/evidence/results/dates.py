"""Result of published problems compared by their date."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.results.estimates import Estimate

LABEL = "date-split/v1"
"""Of the stream, seeded by the benchmark's digest, that divides the items at random."""

MOST_DATED = 10_000
"""Items that are compared at most."""


class DateSplitResult(Value):
    """Check ``date-split``: older against newer problems; advice, as years differ in difficulty."""

    benchmark: str
    """Id of the benchmark."""
    benchmark_sha256: Sha256
    """Digest of its file."""
    cutoff: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    """Last day of the training data, by the plan's word."""
    before: Estimate
    """On problems public by then."""
    after: Estimate
    """On problems that came later."""
    before_counts: tuple[int, ...] = Field(min_length=2, max_length=65)
    """How many problems public by then have 0, 1, ... right answers."""
    after_counts: tuple[int, ...] = Field(min_length=2, max_length=65)
    """The same of those that came later."""
    undated: int = Field(ge=0)
    """Items left out, with no date or one that may lie on either side."""
    difference: float = Field(ge=-1, le=1)
    """Before minus after."""
    lower: float = Field(ge=-1, le=1)
    """95 % lower bound of it, rounded down."""
    upper: float = Field(ge=-1, le=1)
    """95 % upper bound, rounded up."""
    p_value: Fraction
    """Chance of a difference this large had chance divided the problems; not that of a false alarm."""
