"""Parameters that every test for contamination by the model's own behaviour has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from certify.evidence.base import StrictValue

Level = Annotated[float, Field(gt=0, lt=0.5)]
"""Share of false alarms."""
Power = Annotated[float, Field(gt=0.5, lt=1)]
"""Chance of noticing what is there."""
Effect = Annotated[float, Field(gt=0, le=1)]
"""A share that matters; of what, the check says."""


class DetectionParameters(StrictValue):
    """What all tests of a plan have in common; ``power_against`` is the check's own."""

    alpha: Level = 0.01
    """Share of false alarms allowed to all tests of contamination together; the same in all of them."""
    power_against: Effect = 0.1
    """The effect that should be noticed."""
    least_power: Power = 0.8
    """Power below which nothing can be said where nothing is found."""
