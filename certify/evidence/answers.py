"""What a model is asked, what it answers, and the record that becomes evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_bytes
from certify.evidence.merkle import leaf_hash, tree_root


class Question(Value):
    """One item put to a model: the same for every repeat."""

    check: str
    """Id of the check that asks."""
    item: str = Field(min_length=1, max_length=200)
    """Id within the check."""
    group: str
    """What is averaged together: a family, or a benchmark id."""
    text: str
    """The problem, before any prompt format."""
    gold: str
    """The right answer, canonical text."""
    verifier: str
    """Which comparison decides: ``family:<id>``, ``integer``, ``math``, ``choice`` or ``text``."""
    pair: str | None = None
    """For a fresh twin of a static item: the static item's id."""
    max_tokens: int = Field(ge=1)
    """Longest answer, reasoning included, tokens."""


class Request(Value):
    """One question asked once, as an engine sees it: without the right answer."""

    check: str
    """Id of the check that asks."""
    item: str
    """Id of the question."""
    repeat: int = Field(ge=0)
    """0-based repeat."""
    seed: int = Field(ge=0, lt=2**63)
    """Sampling seed of this repeat."""
    text: str
    """The problem."""
    max_tokens: int = Field(ge=1)
    """Longest answer, tokens."""

    @property
    def key(self) -> tuple[str, str, int]:
        """(check, item, repeat): unique within a run; records are sorted by it."""
        return (self.check, self.item, self.repeat)


class FinishReason(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"
    LENGTH = "length"
    ERROR = "error"


class Completion(Value):
    """One answer exactly as the engine gave it."""

    check: str
    """Id of the check that asked."""
    item: str
    """Id of the question."""
    repeat: int
    """0-based repeat."""
    seed: str
    """Sampling seed, decimal text (it may exceed what JSON numbers hold)."""
    prompt_sha256: Sha256
    """Digest of the fully rendered prompt, UTF-8."""
    text: str
    """Everything generated, reasoning and its tags included."""
    finish_reason: FinishReason
    """Why it ended."""
    token_ids: tuple[int, ...]
    """Generated tokens as the engine counted them."""
    prompt_tokens: int
    """Length of the prompt, tokens."""

    @property
    def key(self) -> tuple[str, str, int]:
        """(check, item, repeat)."""
        return (self.check, self.item, self.repeat)


class Outcome(StrEnum):
    """What became of one answer; exactly one holds, and only ``correct`` scores."""

    CORRECT = "correct"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"
    UNPARSEABLE = "unparseable"
    TRUNCATED = "truncated"
    UNCLOSED = "unclosed"
    LOOPED = "looped"
    ERROR = "error"


class ItemRecord(Value):
    """One answer judged: the unit of evidence. Sorted by key, the records are the evaluation."""

    completion: Completion
    """The answer."""
    answer: str | None = None
    """The span taken as the answer; absent when there was none."""
    outcome: Outcome
    """The judgement."""

    @property
    def key(self) -> tuple[str, str, int]:
        """(check, item, repeat)."""
        return self.completion.key


def evidence_root(documents: list[dict[str, Any]]) -> str:
    """The RFC 6962 root (hex) over the canonical bytes of JSON objects, in the given order."""
    return tree_root([leaf_hash(canonical_bytes(document)) for document in documents]).hex()
