"""Parameters of the scan of the training data."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Sha256, StrictValue


class CorpusScanParameters(StrictValue):
    """Check ``corpus-scan``."""

    benchmarks: tuple[str, ...] = Field(min_length=1)
    """Benchmarks looked for in the training data."""
    sha256: dict[str, Sha256] = Field(default_factory=dict)
    """SHA-256 of each benchmark's file; the plan fills it in, a policy may demand it."""
    spikes: int = Field(default=300, ge=0, le=5000)
    """Copies planted per kind to measure recall."""
