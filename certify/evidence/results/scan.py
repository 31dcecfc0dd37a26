"""Results of the scan of the training data."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value


class SelfTestRow(Value):
    """Copies planted to see whether the scan would find them."""

    kind: str
    """How the copies were changed."""
    planted: int
    """Copies planted."""
    found: int
    """Copies found."""
    recall_lower: Fraction
    """One-sided 95 % lower bound of the share found."""


class PublishedRule(Value):
    """What a rule of another paper says of the same data, for comparison with published figures."""

    judged: int = Field(ge=0)
    """Items long enough for the rule."""
    flagged: int = Field(ge=0)
    """Those it calls contaminated."""


class ScannedBenchmark(Value):
    """One benchmark looked for in the training data; a count that is absent was not made."""

    benchmark: str
    """Its id."""
    benchmark_sha256: Sha256
    """Digest of its file."""
    items: int
    """Items looked for."""
    too_short: int = 0
    """Items too short to tell a copy from chance: not judged."""
    contaminated: int
    """Items found, whole or in part."""
    full: int
    """Items found whole."""
    partial: int
    """Items found in part."""
    reordered: int | None = Field(default=None, ge=0)
    """Items found with their sentences shuffled."""
    question_only: int | None = Field(default=None, ge=0)
    """Items found without their answer beside any copy."""
    question_and_answer: int | None = Field(default=None, ge=0)
    """Items found with their answer beside a copy."""
    answer_only: int | None = Field(default=None, ge=0)
    """Items of which a worked answer stands in the data without the question; not among those found."""
    template_twins: int | None = Field(default=None, ge=0)
    """Items of which the words stand in the data with other numbers or names; not among those found."""
    common_passages: int | None = Field(default=None, ge=0)
    """Items of which only a passage was found that many documents share; not among those found."""
    gpt3_thirteen_gram: PublishedRule | None = None
    """A run of thirteen words that the data shares. Source: Brown et al. 2020, appendix C."""
    llama2_dirty: PublishedRule | None = None
    """More than 80 % of the words in shared runs of over ten. Source: Touvron et al. 2023, appendix A.6."""
    tulu3_eight_gram: PublishedRule | None = None
    """More than half of the words in shared runs of eight. Source: Lambert et al. 2024, section 3.2."""


class CorpusScanResult(Value):
    """Check ``corpus-scan``: benchmark items looked for in the training data."""

    benchmarks: tuple[ScannedBenchmark, ...] = Field(min_length=1)
    """Each benchmark."""
    items: int
    """Items over all benchmarks."""
    contaminated: int
    """Items found over all benchmarks."""
    contaminated_share: Fraction
    """Their share."""
    shards: int
    """Files of the data."""
    documents: int
    """Documents read."""
    bytes: int
    """Bytes of these files as stored."""
    self_test: tuple[SelfTestRow, ...]
    """Whether the scan finds what was planted."""
    verbatim_recall_lower: Fraction
    """Recall bound for unchanged copies."""
    report_sha256: Sha256
    """Digest of the full report with every span."""
    rule: str | None = None
    """Name of the rules by which copies were told; results of the same rules are comparable."""
    coverage: Fraction | None = None
    """Share of the bytes that was searched, rounded down to six decimals; 1 only where nothing was left out."""
    unscanned: int | None = Field(default=None, ge=0)
    """Parts of the data that could not be searched; the full report names each with the reason."""
    unscanned_bytes: int | None = Field(default=None, ge=0)
    """Their bytes as stored, as far as the format tells."""
