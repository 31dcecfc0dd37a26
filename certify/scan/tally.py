"""What was found in one shard, in values that add up in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from certify.scan.report import MAX_SPANS
from certify.scan.run_counts import RunCounts

_PLACE = attrgetter("row", "start", "end", "judgement")


class Copy(NamedTuple):
    """One confirmed copy, template twin or shared passage."""

    judgement: int
    """As ``certify.scan.decide`` numbers them."""
    row: int
    """0-based row in the shard."""
    start: int
    """First byte in the row's text."""
    end: int
    """One past the last byte."""
    share: float
    """Share of the passage's words found."""
    answered: bool
    """Whether the final answer follows."""
    sha256: str
    """Digest of the bytes."""
    excerpt: str | None
    """The bytes as text, where asked for."""
    runs: tuple[int, ...]
    """Of a partial copy, the runs of five words that were matched, by their number in the index."""


class Tally(BaseModel):
    """Matches of one shard, by passage; merging keeps the first copies of each judgement and counts all."""

    model_config = ConfigDict(extra="forbid")

    copies: dict[int, list[Copy]] = Field(default_factory=dict)
    """At most 100 of each judgement, first in the shard first."""
    counts: dict[int, dict[int, int]] = Field(default_factory=dict)
    """Passage to judgement to copies in all."""
    resembled: Counter[int] = Field(default_factory=Counter)
    """Passage to documents that resemble it without being a copy."""
    runs: RunCounts = Field(default_factory=RunCounts)
    """Run of five words to documents that hold it."""
    thirteen: set[int] = Field(default_factory=set)
    """Passages that share a run of thirteen words."""
    eights: set[int] = Field(default_factory=set)
    """Passages of which one document holds more than half in runs of eight words."""
    tens: set[int] = Field(default_factory=set)
    """Passages of which one document holds .8 in runs of more than ten words with at most four left out."""

    def count(self, passage: int, judgement: int, copies: int = 1) -> None:
        """Counts some copies."""
        counts = self.counts.setdefault(passage, {})
        counts[judgement] = counts.get(judgement, 0) + copies

    def keep(self, passage: int, copies: Iterable[Copy]) -> None:
        """Keeps the first copies of each judgement; they are counted apart."""
        self.copies[passage] = _first_of_each([*self.copies.get(passage, ()), *copies])

    def full(self, passages: Iterable[int]) -> set[tuple[int, int]]:
        """Pairs of passage and judgement, among some passages, of which a hundred copies are kept."""
        found = set()
        for passage in passages:
            kept = self.copies.get(passage, ())
            if len(kept) >= MAX_SPANS:
                counts = Counter(one.judgement for one in kept)
                found |= {(passage, judgement) for judgement, count in counts.items() if count >= MAX_SPANS}
        return found

    def add(self, other: Tally) -> None:
        """Takes in another part of the same shard; the order of parts does not matter."""
        for passage, found in other.copies.items():
            self.keep(passage, found)
        for passage, counts in other.counts.items():
            for judgement, count in counts.items():
                self.count(passage, judgement, count)
        self.resembled.update(other.resembled)
        self.runs.update(other.runs)
        self.thirteen |= other.thirteen
        self.eights |= other.eights
        self.tens |= other.tens


def _first_of_each(copies: list[Copy]) -> list[Copy]:
    kept: Counter[int] = Counter()
    first = []
    for copy in sorted(copies, key=_PLACE):
        kept[copy.judgement] += 1
        if kept[copy.judgement] <= MAX_SPANS:
            first.append(copy)
    return first
