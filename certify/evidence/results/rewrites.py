"""What published items and rewrites of them gave, in counts from which everybody can compute the rest again."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.results.detection import Detection
from certify.evidence.results.estimates import Estimate, Outcomes


class RewriteSource(StrEnum):
    """Who made the rewrites."""

    FAMILIES = "families"
    """Generators of our own, from the facts of an item."""
    ANNOTATIONS = "annotations"
    """certify, from the calculations in the solutions."""
    FILE = "file"
    """Whoever made the file."""


class RewriteFault(StrEnum):
    """Why an item or a row of a file of rewrites is left out."""

    NO_REWRITE = "no_rewrite"
    """The item has fewer rewrites than are asked, or none that is certain to have the same form."""
    UNKNOWN_ITEM = "unknown_item"
    """The row names no item of the benchmark."""
    IDENTICAL = "identical"
    """The row's question is a published one but for spaces, case and punctuation."""
    REPEATED = "repeated"
    """Another row has the same question."""
    UNVALIDATED = "unvalidated"
    """No program computes the row's answer, and no two solvers are named."""
    DISAGREED = "disagreed"
    """The program or the solvers come to another answer than the row."""


class LeftOutRewrites(Value):
    """What was left out for one reason."""

    reason: RewriteFault
    """Why."""
    count: int = Field(ge=1)
    """Items for ``no_rewrite``, otherwise rows of the file."""


class PairCounts(Value):
    """Items that were answered alike."""

    original: int = Field(ge=0)
    """Right answers to the published item."""
    rewritten: int = Field(ge=0)
    """Right answers to its rewrites together."""
    items: int = Field(ge=1)
    """How many items have both."""


class ReferenceGap(Value):
    """One reference model."""

    name: str = Field(min_length=1, max_length=200)
    """As its file calls it."""
    identity: Sha256
    """Digest of its files."""
    original: int = Field(ge=0)
    """Right answers to the published items."""
    rewritten: int = Field(ge=0)
    """Right answers to their rewrites."""
    answers: int = Field(ge=1)
    """Answers on either side."""
    gap: float = Field(ge=-1, le=1)
    """Mean of published minus rewritten, item by item."""


class ExcessCounts(Value):
    """Items whose difference exceeds the mean difference of the references by the same amount."""

    excess: int
    """By how much, in units of one part in ``ReferenceComparison.unit``."""
    items: int = Field(ge=1)
    """How many."""


class ReferenceComparison(Value):
    """The gap of the model against those of models that show what the rewrites do by themselves."""

    sha256: Sha256
    """Digest of the file."""
    references: int = Field(ge=5)
    """Reference models."""
    excess: float = Field(ge=-2, le=2)
    """The model's gap minus the mean of theirs: what is called inflation."""
    model_p: Fraction
    """One-sided p-value with models as the unit."""
    item_p: Fraction
    """One-sided p-value with items as the unit, exact."""
    largest_gap: float = Field(ge=-1, le=1)
    """Largest gap of a reference; one that was taught the items makes the test miss more, never find more."""
    p_without_largest: Fraction
    """The p-value that would decide without that reference."""
    models: tuple[ReferenceGap, ...] = Field(min_length=5)
    """Each of them."""
    unit: int = Field(ge=1)
    """The excesses are given in parts of this."""
    excesses: tuple[ExcessCounts, ...] = Field(min_length=1)
    """Sorted; the exact item-level test follows from them."""


class PairedRewriteResult(Detection):
    """Check ``paired-rewrite``: ``power`` and ``powerAgainst`` are about an inflation of the share of right answers."""

    benchmark: str
    """The benchmark's id."""
    benchmark_sha256: Sha256
    """Digest of its file."""
    rewrites: RewriteSource
    """Who made the rewrites."""
    rewrites_sha256: Sha256 | None = None
    """Digest of the file of rewrites, where there is one."""
    items: int = Field(ge=0)
    """Items with rewrites."""
    isomorphs: int = Field(ge=1)
    """Rewrites of each."""
    samples: int = Field(ge=1)
    """Answers to each rewrite; the item itself has as many as all its rewrites."""
    left_out: tuple[LeftOutRewrites, ...] = ()
    """What was left out, by reason."""
    margin: Fraction
    """Gap that the plan allows for rewrites that are a little harder by themselves."""
    outcomes: Outcomes
    """How the answers to both sides ended; none where nothing was asked."""
    original: Estimate | None = None
    """Accuracy on the published items; this field and the next are absent where nothing was asked."""
    rewritten: Estimate | None = None
    """Accuracy on the rewrites."""
    gap: float | None = Field(default=None, ge=-1, le=1)
    """Mean of original minus rewritten, item by item."""
    plain_p_value: Fraction | None = None
    """Exact one-sided sign-flip test of no gap."""
    margin_p_value: Fraction | None = None
    """Exact one-sided sign-flip test of a gap of at most the margin; decides where there are no references."""
    upper: float | None = Field(default=None, ge=-1, le=2)
    """95 % upper bound of the gap."""
    detectable: Fraction | None = None
    """Smallest inflation that this test finds with power ``leastPower``; 1 where it finds none."""
    pairs: tuple[PairCounts, ...] | None = None
    """How many items were answered in each way, sorted."""
    reference: ReferenceComparison | None = None
    """Beside reference models, where the plan names them: there the p-value that decides is theirs."""
