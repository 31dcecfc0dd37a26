"""Result of scores that tell how familiar texts look to a model: advice."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.parameters.familiarity import Detector


class DetectorScores(Value):
    """What one detector says; where there is no control, nothing but its scores."""

    detector: Detector
    """Which."""
    not_run: str | None = Field(default=None, max_length=200)
    """Why there is no score; absent where there is."""
    scored: int = Field(default=0, ge=0)
    """Items with a score."""
    control_scored: int = Field(default=0, ge=0)
    """Control items with a score."""
    median: float | None = Field(default=None, allow_inf_nan=False)
    """Median score of the items; what it is measured in, the check's page says."""
    control_median: float | None = Field(default=None, allow_inf_nan=False)
    """The same of the control."""
    falling: Fraction | None = None
    """Of ``context``: share of the items whose likelihood falls when others of the file stand before them."""
    counts: tuple[int, ...] | None = Field(default=None, max_length=1000)
    """With a control: items at each score that occurs, the lowest first; areas and p-values follow from them."""
    control_counts: tuple[int, ...] | None = Field(default=None, max_length=1000)
    """Control items at the same scores."""
    area: Fraction | None = None
    """With a control: chance that an item looks more familiar than a control item (AUC); one half is none."""
    area_lower: Fraction | None = None
    """95 % lower bound of it, rounded down."""
    area_upper: Fraction | None = None
    """95 % upper bound, rounded up."""
    smallest_p_value: Fraction | None = None
    """With a control: smallest conformal p-value of an item."""
    listed: tuple[int, ...] | None = Field(default=None, max_length=500)
    """With a control: places in the file, from 1, of the items listed at the planned share of false ones."""


class FamiliarityResult(Value):
    """Check ``familiarity``: advice, never a verdict."""

    benchmark: str
    """Id of the benchmark."""
    benchmark_sha256: Sha256
    """Digest of its file."""
    control_sha256: Sha256 | None = None
    """Digest of the control's file; absent without one."""
    items: int = Field(ge=0)
    """Items that were asked about."""
    control_items: int = Field(ge=0)
    """Control items."""
    false_share: Fraction
    """Share of listed items that may be expected to be false."""
    detectors: tuple[DetectorScores, ...] = Field(min_length=1)
    """What each detector says."""
