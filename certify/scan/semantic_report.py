"""What the semantic pass has to say, in values that become JSON; advisory, and never part of a verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

RULE = "certify/semantic-pass/v1"
"""Names the rules of the semantic pass: reports with the same name are comparable."""

LABEL = "advisory, not part of the verdict"
"""Stands beside everything the pass says."""

Judged = Literal["yes", "no", "unclear", "not run"]
"""Whether a judge model took a passage for the same problem in other words."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Candidate(_Frozen):
    """A passage that may be a benchmark problem in other words."""

    item: str
    """Identifier of the problem."""
    shard: str
    """Name of the shard."""
    document: int
    """0-based row in the shard."""
    start: int
    """First byte of the passage in the document's UTF-8 text."""
    end: int
    """One past its last byte."""
    similarity: float
    """Cosine of the two embeddings, 4 decimals."""
    margin: float
    """By how much the passage is nearer to this problem than to the three next problems of the benchmark on average,
    4 decimals."""
    chance: float | None
    """Passages with such a margin that this corpus would hold for a problem that is not in it; None where the corpus is
    too small to tell."""
    passage_sha256: str
    """SHA-256 (hex) of the bytes of the passage."""
    judged: Judged = "not run"
    """What the judge model said."""


class Background(_Frozen):
    """How near unrelated passages of this corpus come to the benchmark, out of how much nearer each is to its second
    problem than to the ones after it."""

    sampled: int
    """Different passages measured, chosen by their digests."""
    middle: float
    """Margin that a quarter of them exceed, 4 decimals."""
    high: float
    """Margin that a twentieth of them exceed, 4 decimals."""
    scale: float
    """Margin over which their number falls to 1/e, beyond ``high``, 4 decimals."""


class EmbedderIdentity(_Frozen):
    """Which model gave the embeddings."""

    name: str
    """Name of its folder."""
    identity: str
    """SHA-256 (hex) of its manifest."""
    pooling: str
    """How the vectors of a text's tokens became one."""
    dimensions: int
    """Numbers in an embedding."""
    max_tokens: int
    """Tokens of a text that count."""
    build: str
    """Versions of the software that ran it."""


class JudgeIdentity(_Frozen):
    """Which model judged, and what it was asked."""

    name: str
    """Name of its folder."""
    identity: str
    """SHA-256 (hex) of its manifest."""
    configuration_sha256: str
    """Digest of the configuration it ran in."""
    wording_sha256: str
    """Digest of the question put to it, before problem and passage are filled in."""


class SemanticReport(_Frozen):
    """The semantic pass over one corpus for one benchmark."""

    rule: str = RULE
    """Version of the rules."""
    label: str = LABEL
    """What weight this has."""
    benchmark: str
    """Name of the benchmark."""
    benchmark_digest: str
    """SHA-256 (hex) of its problems."""
    items: int
    """Problems in the benchmark."""
    documents: int
    """Documents read."""
    unread: int = 0
    """Rows, files or parts of files that could not be read and were left out."""
    passages: int
    """Passages embedded."""
    passage_length: int
    """Characters from which a passage is cut off at the next end of a sentence."""
    top: int
    """Documents kept for each problem."""
    candidates: tuple[Candidate, ...]
    """In the order of the benchmark, the nearest passage of a problem first."""
    background: Background | None
    """What the chance of each candidate was measured on; None where the corpus is too small."""
    embedder: EmbedderIdentity
    """The model behind the similarities."""
    judge: JudgeIdentity | None = None
    """The model behind ``judged``; None where none was asked."""
