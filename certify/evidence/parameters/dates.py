"""Parameters of published problems compared by their date."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Sha256, StrictValue
from certify.evidence.data_fields import CalendarDate


class DateSplitParameters(StrictValue):
    """Check ``date-split``; the answers come from ``static-benchmark`` of the same plan."""

    benchmark: str = Field(min_length=1)
    """Same benchmark as in ``static-benchmark``."""
    cutoff: CalendarDate
    """Last day that the training data may hold, ``2025-02-14``."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
