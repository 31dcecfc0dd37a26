"""Gathers the matches of all documents into findings, each span re-confirmed on the text."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import cast

from certify.errors import InternalError
from certify.scan.benchmark import Benchmark
from certify.scan.decide import is_exact, is_of_a_template
from certify.scan.index import THIRTEEN
from certify.scan.matcher import Match, Matches
from certify.scan.normalise import encode, word_offsets, words
from certify.scan.report import MAX_SPANS, Coverage, Finding, Lookalike, Span, ThirteenGram


class _Copies:
    """The copies of one problem."""

    def __init__(self) -> None:
        self.count = 0
        self.share = 0.0
        self.answered = False
        self.spans: dict[Coverage, list[Span]] = {"full": [], "partial": []}

    def add(self, match: Match, span: Span) -> None:
        kept = self.spans[span.coverage]
        if len(kept) < MAX_SPANS:
            kept.append(span)
        self.count += 1
        self.share = max(self.share, match.features.words)
        self.answered |= match.answer_follows


class Collector:
    """Adds up what is found, document by document."""

    def __init__(self, benchmark: Benchmark) -> None:
        self._items = benchmark.items
        self._copies: dict[bool, dict[int, _Copies]] = {True: {}, False: {}}
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
            copies = self._copies[is_exact(match.features)].setdefault(match.item, _Copies())
            copies.add(match, self._span(shard, row, data, offsets, match))

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
            coverage=cast(Coverage, match.coverage),
            excerpt_sha256=hashlib.sha256(excerpt).hexdigest(),
        )

    def familiar(self) -> frozenset[int]:
        """Problems that are one of many from a template: for these only word-for-word copies count."""
        inexact = self._copies[False]
        return frozenset(
            number
            for number, documents in self._lookalikes.items()
            if is_of_a_template(documents, inexact[number].count if number in inexact else 0)
        )

    def findings(self) -> tuple[Finding, ...]:
        """One finding for each copied problem, in the order of the benchmark."""
        familiar = self.familiar()
        found = []
        for number, item in enumerate(self._items):
            counted = [self._copies[True].get(number)]
            if number not in familiar:
                counted.append(self._copies[False].get(number))
            copies = [one for one in counted if one is not None]
            if copies:
                found.append(_finding(item.id, copies))
        return tuple(found)

    def lookalikes(self) -> tuple[Lookalike, ...]:
        """Problems that were resembled, in the order of the benchmark."""
        copied = {finding.item for finding in self.findings()}
        return tuple(
            Lookalike(item=self._items[number].id, documents=count)
            for number, count in sorted(self._lookalikes.items())
            if self._items[number].id not in copied
        )

    def thirteen_gram(self) -> ThirteenGram:
        """The count of the GPT-3 rule."""
        judged = sum(len(item.words) >= THIRTEEN for item in self._items)
        return ThirteenGram(judged=judged, shared=len(self._thirteen))


def _finding(item: str, copies: Sequence[_Copies]) -> Finding:
    full = [span for one in copies for span in one.spans["full"]]
    partial = [span for one in copies for span in one.spans["partial"]]
    return Finding(
        item=item,
        coverage="full" if full else "partial",
        coverage_share=round(max(one.share for one in copies), 4),
        answer_found=any(one.answered for one in copies),
        occurrences=sum(one.count for one in copies),
        spans=tuple([*full, *partial][:MAX_SPANS]),
    )


def _holds_in_order(text: Sequence[str], wanted: Sequence[str]) -> bool:
    remaining = iter(text)
    return all(word in remaining for word in wanted)
