"""What all shards together hold of each passage: which copies count, and how they are reported."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from certify.scan.decide import (
    COMMON,
    EXACT,
    FULL,
    PARTIAL,
    PASSAGE,
    REORDERED,
    TWIN,
    documents_sharing,
    is_common,
    is_of_a_template,
)
from certify.scan.index import Index
from certify.scan.report import MAX_SPANS, Coverage, Span
from certify.scan.shard_result import ShardResult
from certify.scan.tally import Copy

COVERAGE: dict[int, Coverage] = {EXACT: "full", FULL: "full", PARTIAL: "partial", REORDERED: "reordered"}
FEW_SPANS = 3


class Placed(NamedTuple):
    """A copy and the shard it stands in."""

    shard: str
    copy: Copy

    def span(self) -> Span:
        """The place as a report gives it."""
        one = self.copy
        return Span(
            shard=self.shard,
            document=one.row,
            start=one.start,
            end=one.end,
            coverage=COVERAGE.get(one.judgement, "partial"),
            excerpt_sha256=one.sha256,
            excerpt=one.excerpt,
        )


class Held(NamedTuple):
    """What the corpus holds of one passage."""

    copies: tuple[Placed, ...]
    """Those that count, the fullest first, in corpus order."""
    occurrences: int
    """Those that count, in all."""
    common: tuple[Placed, ...]
    """Partial copies that are a passage many documents share."""
    common_documents: int
    """How many share it."""
    twins: tuple[Placed, ...]
    """Template twins."""
    twin_count: int
    """Template twins in all."""


class Corpus:
    """The results of all shards, added up.

    Args:
        index: what was looked for.
        results: one for each shard, in the order of the report.
    """

    def __init__(self, index: Index, results: Sequence[ShardResult]) -> None:
        self._index = index
        self._results = results
        tallies = [result.tally for result in results]
        self.resembled = Counter[int]()
        """Passage to documents that resemble it without being a copy."""
        self.thirteen = frozenset().union(*(tally.thirteen for tally in tallies))
        self.eights = frozenset().union(*(tally.eights for tally in tallies))
        self.tens = frozenset().union(*(tally.tens for tally in tallies))
        self._counts: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self._places: defaultdict[int, list[Placed]] = defaultdict(list)
        for result in results:
            self.resembled.update(result.tally.resembled)
            for passage, counts in result.tally.counts.items():
                self._counts[passage].update(counts)
            for passage, copies in result.tally.copies.items():
                self._places[passage] += (Placed(result.name, copy) for copy in copies)

    @cached_property
    def _documents(self) -> NDArray[np.int64]:
        """For each run of five words the documents that hold it."""
        found = np.zeros(self._index.postings.first.size - 1, dtype=np.int64)
        for result in self._results:
            runs, times = result.tally.runs.totals()
            found[runs] += times
        return found

    def is_familiar(self, passage: int) -> bool:
        """Whether the passage is one of many from a template: then only word-for-word copies count."""
        counts = self._counts[passage]
        inexact = counts[FULL] + counts[PARTIAL] + counts[REORDERED]
        return is_of_a_template(self.resembled[passage], inexact)

    def held(self, passage: int) -> Held:
        """What is held of one passage."""
        counts, places = self._counts[passage], self._places[passage]
        judgements = (EXACT,) if self.is_familiar(passage) else (EXACT, FULL, PARTIAL, REORDERED)
        common: list[Placed] = []
        counted: list[Placed] = []
        for one in places:
            if one.copy.judgement in {PASSAGE, PARTIAL, REORDERED} and self._is_common(passage, one.copy):
                common.append(one)
            elif one.copy.judgement in judgements:
                counted.append(one)
        kinds = {one.copy.judgement for one in counted}
        twins = [one for one in places if one.copy.judgement == TWIN]
        return Held(
            copies=tuple(sorted(counted, key=lambda one: -min(one.copy.judgement, FULL))[:MAX_SPANS]),
            occurrences=sum(counts[kind] for kind in kinds),
            common=tuple(common[:FEW_SPANS]),
            common_documents=max((self._shared_by(one.copy) for one in common), default=0),
            twins=tuple(twins[:FEW_SPANS]),
            twin_count=counts[TWIN],
        )

    def _is_common(self, passage: int, copy: Copy) -> bool:
        if copy.judgement == PASSAGE:
            return self._shared_by(copy) >= COMMON
        return is_common(self._matched(copy), self._documents[self._index.runs_of(passage)])

    def _shared_by(self, copy: Copy) -> int:
        return documents_sharing(self._matched(copy))

    def _matched(self, copy: Copy) -> NDArray[np.int64]:
        """For each run of five words that was matched the documents that hold it."""
        return self._documents[np.array(copy.runs, dtype=np.intp)]
