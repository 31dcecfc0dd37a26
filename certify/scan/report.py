"""What a corpus scan found, in values that become JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

RULE = "certify/corpus-scan/v1"
"""Names the rules of ``decide`` and ``index``: reports with the same name are comparable."""

MAX_SPANS = 100
"""Spans kept for each item; further ones are counted."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Frozen):
    """One place in the corpus where a problem stands."""

    shard: str
    """Name of the shard."""
    document: int
    """0-based row in the shard."""
    start: int
    """First byte of the copy in the document's UTF-8 text."""
    end: int
    """One past its last byte."""
    coverage: Literal["full", "partial"]
    """Which kind of copy stands here."""
    excerpt_sha256: str
    """SHA-256 (hex) of these bytes; the text itself is not repeated."""


class Finding(_Frozen):
    """A benchmark problem that the corpus contains."""

    item: str
    """Its identifier in the benchmark."""
    coverage: Literal["full", "partial"]
    """The best copy found."""
    coverage_share: float
    """Share of the problem's words in the best copy, 4 decimals."""
    answer_found: bool
    """Whether its final answer follows at least one copy within 300 words."""
    occurrences: int
    """Copies found in all."""
    spans: tuple[Span, ...]
    """At most 100 of them, full copies first, in corpus order."""


class Lookalike(_Frozen):
    """A problem whose template, or half of whose text, is in the corpus without its telling words."""

    item: str
    """Its identifier."""
    documents: int
    """Documents that resemble it."""


class ShardSummary(_Frozen):
    """One file that was scanned."""

    name: str
    """Path inside the folder given, or file name."""
    sha256: str
    """Digest of its bytes."""
    bytes: int
    """Its size on disk."""
    documents: int
    """Rows read."""


class PlantedResult(_Frozen):
    """How many planted copies of one kind the scan found."""

    planted: int
    """Copies planted."""
    found: int
    """Copies found where they were planted, as the right problem."""
    recall_lower: float
    """Share of such copies found at least, with 95 % confidence (Clopper-Pearson, one-sided)."""


class ThirteenGram(_Frozen):
    """The rule of the GPT-3 paper on the same corpus, for comparison with published figures."""

    judged: int
    """Problems of at least thirteen words."""
    shared: int
    """Those that share a run of thirteen words with the corpus."""


class ScanReport(_Frozen):
    """A scan of one corpus for one benchmark."""

    rule: str = RULE
    """Version of the rules."""
    benchmark: str
    """Name of the benchmark."""
    benchmark_digest: str
    """SHA-256 (hex) of its problems."""
    items: int
    """Problems in the benchmark."""
    contaminated: int
    """Problems with a finding."""
    findings: tuple[Finding, ...]
    """In the order of the benchmark."""
    too_short: tuple[str, ...]
    """Problems not judged, because so few words occur by chance."""
    lookalikes: tuple[Lookalike, ...]
    """Problems resembled but not copied; for information, not counted."""
    thirteen_gram: ThirteenGram
    """A common rule for comparison."""
    shards: tuple[ShardSummary, ...]
    """Every file read, in order."""
    skipped: tuple[str, ...]
    """Files in the given folders that hold no text of a known kind."""
    documents: int
    """Documents in all."""
    bytes: int
    """Bytes of the shards on disk."""
    selftest: dict[str, PlantedResult]
    """By kind of planted copy; empty when nothing could be planted."""
