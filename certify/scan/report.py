"""What a corpus scan found, in values that become JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

RULE = "certify/corpus-scan/v2"
"""Names the rules of ``decide`` and ``index``: reports with the same name are comparable."""

MAX_SPANS = 100
"""Spans kept for each item; further ones are counted."""


Coverage = Literal["full", "partial", "reordered"]
"""``full``: nearly every word in order; ``partial``: half of it in one piece; ``reordered``: its sentences shuffled."""


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
    coverage: Coverage
    """Which kind of copy stands here."""
    excerpt_sha256: str
    """SHA-256 (hex) of these bytes."""
    excerpt: str | None = None
    """The bytes as text, where whoever scanned asked for excerpts; the text is not repeated otherwise."""


class Finding(_Frozen):
    """A benchmark problem that the corpus contains."""

    item: str
    """Its identifier in the benchmark."""
    coverage: Coverage
    """The best copy found."""
    coverage_share: float
    """Share of the problem's words in the best copy, 4 decimals."""
    answer_found: bool
    """Whether its final answer follows at least one copy within 300 words."""
    occurrences: int
    """Copies found in all."""
    spans: tuple[Span, ...]
    """At most 100 of them, full copies first, in corpus order."""


class Resemblance(_Frozen):
    """A problem that was resembled in a way that is reported and not counted."""

    item: str
    """Its identifier."""
    documents: int
    """Documents concerned."""
    spans: tuple[Span, ...]
    """At most three of them, in corpus order."""


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


class RuleCount(_Frozen):
    """What another published rule says of the same corpus, for comparison with published figures."""

    rule: Literal["gpt3-13gram", "llama2-dirty", "tulu3-8gram"]
    """Which rule; docs/scan.md states each with its source."""
    judged: int
    """Problems long enough for the rule."""
    flagged: int
    """Those it calls contaminated."""


class UnscannedPart(_Frozen):
    """Bytes of the data that were not searched."""

    shard: str
    """Name of the shard."""
    row: int | None
    """0-based row; None when it is the rest of the shard, or all of it."""
    bytes: int
    """Stored bytes concerned; 0 where the format does not tell."""
    reason: str
    """Why, in plain words."""


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
    answer_only: tuple[Finding, ...] = ()
    """Problems of which a worked answer stands in the data without the question; not in ``findings``."""
    twins: tuple[Resemblance, ...] = ()
    """Problems of which a template twin was found: the same words with other numbers or names."""
    common_passages: tuple[Resemblance, ...] = ()
    """Problems of which only a passage was found that many documents of the corpus share: boilerplate, or one problem
    leaked again and again in shortened form. Not in ``findings``, and never to be overlooked."""
    rules: tuple[RuleCount, ...] = ()
    """What published rules say."""
    unscanned: tuple[UnscannedPart, ...] = ()
    """What was not searched."""
    coverage: float = 1.0
    """Share of the stored bytes that was searched, rounded down to 6 decimals."""
    learned: int = 0
    """Documents sampled to learn how telling each word is."""
