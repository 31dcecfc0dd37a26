"""Parameters of the check that asks published items and rewrites of them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from certify.evidence.base import Fraction, Sha256
from certify.evidence.parameters.detection import DetectionParameters

FAMILIES = "families"
ANNOTATIONS = "annotations"
MADE = (FAMILIES, ANNOTATIONS)
"""Rewrites that certify makes itself; any other word is the path of a file."""
_MOST_ANNOTATED = 5
_MOST_TESTS = 1000
LEAST_LEVEL = 1e-9
"""Smallest share of false alarms of one test for which a power is worked out."""


class PairedRewriteParameters(DetectionParameters):
    """Check ``paired-rewrite``; ``power_against`` is an inflation of the share of right answers."""

    benchmark: str
    """Id in the catalogue, or path of a file."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    items: int | None = Field(default=None, ge=10)
    """Use only the first so many items; all when absent."""
    rewrites: str = Field(min_length=1, max_length=300)
    """``families``, ``annotations``, or the path of a file of rewrites."""
    rewrites_sha256: Sha256 | None = None
    """SHA-256 of the file of rewrites; the plan fills it in, a policy may demand it."""
    isomorphs: int = Field(default=1, ge=1, le=8)
    """Rewrites of each item; the item itself is asked as often, so that both sides have as many answers."""
    samples: int = Field(default=8, ge=1, le=64)
    """Answers to each rewrite."""
    margin: Fraction = 0.02
    """Gap that rewrites a little harder may make by themselves; the test that decides is against it."""
    expected_accuracy: float = Field(default=0.77, gt=0, lt=1)
    """Accuracy on the rewrites that is assumed before anything is asked."""
    expected_spread: Fraction = 0.12
    """Standard deviation of an item's true accuracy minus its rewrite's that is assumed then."""
    references: str | None = Field(default=None, min_length=1, max_length=300)
    """Path of a file with what at least five other models answered to the same items and rewrites."""
    references_sha256: Sha256 | None = None
    """SHA-256 of that file; the plan fills it in, a policy may demand it."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.alpha < LEAST_LEVEL * _MOST_TESTS:
            raise ValueError(f"alpha is at least {LEAST_LEVEL * _MOST_TESTS:g}")
        if self.margin >= self.power_against:
            raise ValueError("power_against must be above the margin: nothing up to the margin is looked for")
        if self.power_against > 1 - self.expected_accuracy:
            raise ValueError(
                f"an expected accuracy of {self.expected_accuracy:g} leaves no room for an inflation of"
                f" {self.power_against:g}; lower power_against, or set expected_accuracy to what is expected"
            )
        if self.rewrites == ANNOTATIONS and self.isomorphs > _MOST_ANNOTATED:
            raise ValueError(f"annotations make at most {_MOST_ANNOTATED} isomorphs of an item")
        if self.rewrites in MADE and self.rewrites_sha256 is not None:
            raise ValueError("rewrites_sha256 belongs to a file of rewrites")
        if self.references is None and self.references_sha256 is not None:
            raise ValueError("references_sha256 belongs to references")
        return self

    @property
    def rewrite_file(self) -> str | None:
        """The path of the file of rewrites; None where certify makes them."""
        return None if self.rewrites in MADE else self.rewrites

    @property
    def ways(self) -> int:
        """Questions of each item: so many rewrites, and itself as often."""
        return 2 * self.isomorphs

    @property
    def answers(self) -> int:
        """Answers to an item, and to its rewrites together."""
        return self.isomorphs * self.samples
