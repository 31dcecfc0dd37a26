"""Result of items that an operator planted to see whether a model was trained on them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Fraction, Sha256
from certify.evidence.results.detection import Detection
from certify.evidence.results.estimates import Outcomes


class CanaryKind(StrEnum):
    """What was planted."""

    CANARY = "canary"
    DYE = "dye"


GUESS = {CanaryKind.CANARY: 0.0001, CanaryKind.DYE: 0.1}
"""Chance of guessing one: four digits, or one letter of ten, each drawn by the secret of the file."""


class CanaryResult(Detection):
    """Check ``canary``: of the file nothing is told but its name, digest, kind, and how many items were recalled."""

    name: str
    """The operator's name for the file."""
    sha256: Sha256
    """Digest of the file."""
    kind: CanaryKind
    """Sentences whose end is secret, or questions whose answer is (dyes)."""
    guess: Fraction
    """Chance of guessing one, exact because the secret draws what is right."""
    planted: int = Field(ge=1)
    """Items in the file."""
    trials: int = Field(default=0, ge=0)
    """Answers that came to an end; none where nothing was asked."""
    hits: int = Field(default=0, ge=0)
    """Items recalled: answered as only the secret says."""
    outcomes: Outcomes | None = None
    """How the answers ended; absent where nothing was asked."""
