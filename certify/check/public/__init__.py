"""Families of other people's: problems that reasoning-gym makes, audited, with comparisons of our own.

The library was written to train models on, and is used so: its instances are new, its kinds may well have been
practised. Answers are never given to its own scorer, which gives parts of points, raises, and evaluates text.
"""

from __future__ import annotations

from certify.check.public.base import PublicFamily, PublicItem
from certify.check.public.countdown import Countdown
from certify.check.public.cryptarithm import Cryptarithm
from certify.check.public.knights import KnightsKnaves
from certify.check.public.numbers import (
    BaseConversion,
    ChainSum,
    ComplexArithmetic,
    Dice,
    FractionSimplification,
    SimpleGeometry,
)
from certify.check.public.survo import Survo

__all__ = ["DISTRIBUTION", "LIBRARY_VERSION", "PUBLIC", "RELEASED", "PublicFamily", "PublicItem"]

DISTRIBUTION = "reasoning-gym"
LIBRARY_VERSION = "0.1.25"
RELEASED = "2026-03-28"
"""Day this version was published; source: upload time on the Python Package Index. Most families are older."""

_ALL: tuple[PublicFamily, ...] = (
    BaseConversion(),
    ChainSum(),
    ComplexArithmetic(),
    Countdown(),
    Cryptarithm(),
    Dice(),
    FractionSimplification(),
    KnightsKnaves(),
    SimpleGeometry(),
    Survo(),
)
PUBLIC: dict[str, PublicFamily] = {family.id: family for family in _ALL}
"""The families that pass the audit, by the library's name."""
