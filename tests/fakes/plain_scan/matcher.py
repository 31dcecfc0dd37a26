"""All copies of benchmark problems in one document."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from certify.scan.align import Alignment, align, exact
from tests.fakes.plain_scan.decide import HALF, Coverage, Features, judge, measure
from tests.fakes.plain_scan.index import GRAM, THIRTEEN, Index, runs

GATE = 0.2
"""Share of a problem's information that runs found in the document must cover before words are aligned."""

_ANSWER_WITHIN = 300


class Match(NamedTuple):
    """One stretch of a document that resembles one problem."""

    item: int
    coverage: Coverage
    features: Features
    alignment: Alignment
    answer_follows: bool
    """Whether the final answer stands within 300 words after the problem."""


class Matches(NamedTuple):
    """What one document holds."""

    copies: list[Match]
    """Full and partial copies."""
    lookalikes: set[int]
    """Items that share half of their words with the document and are no copy."""
    thirteen: set[int]
    """Items that share a run of thirteen words."""


class Matcher(Protocol):
    """Finds problems in one document after the other; a compiled kernel may take this place."""

    def find(self, document: Sequence[str]) -> Matches:
        """All matches in the words of a document."""


_NONE = Matches([], set(), set())
Hit = tuple[int, int]


class PlainMatcher:
    """The search in plain Python: look up runs of five words, then align what is promising."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def find(self, document: Sequence[str]) -> Matches:
        """All matches in the words of a document."""
        index = self._index
        if index.grams.isdisjoint(runs(document, GRAM)):
            return _NONE
        copies: list[Match] = []
        lookalikes: set[int] = set()
        for item, hits in self._hits(document).items():
            for cluster in _clusters(hits, len(index.items[item].words)):
                match = self._match(item, cluster, document)
                if isinstance(match, Match):
                    copies.append(match)
                elif match:
                    lookalikes.add(item)
        return Matches(copies, lookalikes - {copy.item for copy in copies}, self._thirteen(document))

    def _hits(self, document: Sequence[str]) -> dict[int, list[Hit]]:
        postings = self._index.postings
        hits: dict[int, list[Hit]] = {}
        for position, gram in enumerate(runs(document, GRAM)):
            for item, place in postings.get(gram, ()):
                hits.setdefault(item, []).append((position, place))
        return hits

    def _match(self, item: int, cluster: list[Hit], document: Sequence[str]) -> Match | bool:
        """The copy, or whether it is a look-alike."""
        words, weights = self._index.items[item].words, self._index.weights[item]
        offsets = [position - place for position, place in cluster]
        alignment = exact(words, document, offsets[0])
        if alignment is None:
            common = self._index.common
            telling = _covered(place for _, place in cluster if (item, place) not in common)
            if sum(weights[i] for i in telling) < GATE * sum(weights):
                return len(_covered(place for _, place in cluster)) >= HALF * len(words)
            slack = 3 + len(words) // 12
            anchor, reach = _anchor(cluster), 4 + len(words) // 6
            low, high = max(min(offsets), anchor - reach), min(max(offsets), anchor + reach)
            alignment = align(words, document, low - slack, high + slack)
        if alignment is None:
            return False
        features = measure(self._index, item, alignment, document)
        coverage = judge(features, len(words), self._index.chance)
        if coverage in {"lookalike", "nothing"}:
            return coverage == "lookalike"
        return Match(item, coverage, features, alignment, self._answer_follows(item, alignment, document))

    def _answer_follows(self, item: int, alignment: Alignment, document: Sequence[str]) -> bool:
        key = self._index.items[item].key
        if not key:
            return False
        behind = document[alignment.end : alignment.end + _ANSWER_WITHIN + len(key)]
        return any(gram == key for gram in runs(behind, len(key)))

    def _thirteen(self, document: Sequence[str]) -> set[int]:
        thirteen = self._index.thirteen
        return {item for gram in runs(document, THIRTEEN) if gram in thirteen for item in thirteen[gram]}


def _covered(places: Iterable[int]) -> set[int]:
    return {place + step for place in places for step in range(GRAM)}


def _anchor(cluster: list[Hit]) -> int:
    """Document position minus problem position of the longest row of hits that each follow the one before."""
    best, run, anchor = 1, 1, cluster[0][0] - cluster[0][1]
    for before, hit in itertools.pairwise(cluster):
        run = run + 1 if hit == (before[0] + 1, before[1] + 1) else 1
        if run > best:
            best, anchor = run, hit[0] - hit[1]
    return anchor


def _clusters(hits: list[Hit], length: int) -> Iterator[list[Hit]]:
    """Splits hits, ordered by document position, where another copy begins."""
    cluster = [hits[0]]
    for hit in hits[1:]:
        position, place = cluster[-1]
        far = hit[0] - position > length / 2 + 12
        again = place - hit[1] > length / 2 or hit[0] - cluster[0][0] > 2 * length + 12
        if far or again:
            yield cluster
            cluster = []
        cluster.append(hit)
    yield cluster
