"""Gathers the matches of all documents into findings, each span re-confirmed on the text."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Literal, cast

from certify.errors import InternalError
from certify.scan.benchmark import Benchmark
from certify.scan.index import THIRTEEN
from certify.scan.matcher import Match, Matches
from certify.scan.normalise import encode, word_offsets, words
from certify.scan.report import MAX_SPANS, Finding, Lookalike, Span, ThirteenGram

Kind = Literal["full", "partial"]


class Collector:
    """Adds up what is found, document by document."""

    def __init__(self, benchmark: Benchmark) -> None:
        self._items = benchmark.items
        self._spans: dict[tuple[int, Kind], list[Span]] = {}
        self._count: Counter[int] = Counter()
        self._share: dict[int, float] = {}
        self._answered: set[int] = set()
        self._lookalikes: Counter[int] = Counter()
        self._thirteen: set[int] = set()

    def add(self, shard: str, row: int, text: str, matches: Matches) -> None:
        """Takes in the matches of one document.

        Raises:
            InternalError: CERT-E039, a span does not hold the words it was reported for.
        """
        self._lookalikes.update(matches.lookalikes)
        self._thirteen |= matches.thirteen
        if not matches.copies:
            return
        offsets, data = word_offsets(text), encode(text)
        for match in matches.copies:
            span = self._span(shard, row, data, offsets, match)
            kept = self._spans.setdefault((match.item, span.coverage), [])
            if len(kept) < MAX_SPANS:
                kept.append(span)
            self._count[match.item] += 1
            self._share[match.item] = max(self._share.get(match.item, 0.0), match.features.words)
            if match.answer_follows:
                self._answered.add(match.item)

    def _span(self, shard: str, row: int, data: bytes, offsets: Sequence[tuple[int, int]], match: Match) -> Span:
        start, end = offsets[match.alignment.start][0], offsets[match.alignment.end - 1][1]
        excerpt = data[start:end]
        item = self._items[match.item]
        copied = [item.words[i] for i, _ in match.alignment.pairs]
        if not _holds_in_order(words(excerpt.decode("utf-8", "surrogatepass")), copied):
            what = f"{shard}, row {row + 1}: the bytes {start} to {end} do not hold the words of item {item.id}"
            raise InternalError("CERT-E039", what, "The scan contradicts itself.", "Please report this.")
        return Span(
            shard=shard,
            document=row,
            start=start,
            end=end,
            coverage=cast(Kind, match.coverage),
            excerpt_sha256=hashlib.sha256(excerpt).hexdigest(),
        )

    def findings(self) -> tuple[Finding, ...]:
        """One finding for each copied problem, in the order of the benchmark."""
        found = []
        for number in sorted(self._count):
            full = self._spans.get((number, "full"), [])
            spans = [*full, *self._spans.get((number, "partial"), [])]
            found.append(
                Finding(
                    item=self._items[number].id,
                    coverage="full" if full else "partial",
                    coverage_share=round(self._share[number], 4),
                    answer_found=number in self._answered,
                    occurrences=self._count[number],
                    spans=tuple(spans[:MAX_SPANS]),
                )
            )
        return tuple(found)

    def lookalikes(self) -> tuple[Lookalike, ...]:
        """Problems that were resembled, in the order of the benchmark."""
        return tuple(
            Lookalike(item=self._items[number].id, documents=count)
            for number, count in sorted(self._lookalikes.items())
            if number not in self._count
        )

    def thirteen_gram(self) -> ThirteenGram:
        """The count of the GPT-3 rule."""
        judged = sum(len(item.words) >= THIRTEEN for item in self._items)
        return ThirteenGram(judged=judged, shared=len(self._thirteen))


def _holds_in_order(text: Sequence[str], wanted: Sequence[str]) -> bool:
    remaining = iter(text)
    return all(word in remaining for word in wanted)
