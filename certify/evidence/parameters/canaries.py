"""Parameters of items that an operator planted to see whether a model was trained on them."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Sha256
from certify.evidence.parameters.detection import DetectionParameters, Effect


class CanaryParameters(DetectionParameters):
    """Check ``canary``; the file is the operator's own, and nothing but its digest and counts is said of it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")
    """Public name of the file; it is ``<name>.canaries.json`` in the folder of private sets."""
    sha256: Sha256 | None = None
    """SHA-256 of the file; the plan fills it in, a policy may demand it."""
    power_against: Effect = 0.5
    """Share of the planted items that a model would recall; the chance of noticing that is the power."""
    max_tokens: int | None = Field(default=None, ge=16, le=131072)
    """Longest answer, tokens; 16 for canaries and 1024 for dyes when absent."""
