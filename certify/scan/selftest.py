"""Plants known copies into documents of the scanned corpus and counts how many the search finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from certify.scan.benchmark import Item
from certify.scan.decide import REORDERED
from certify.scan.judging import judge_block
from certify.scan.kernel import rows as column
from certify.scan.normalise import encode, is_number, words
from certify.scan.reading.cutting import batch_of, blocks_of
from certify.scan.report import PlantedResult
from certify.scan.searcher import Searcher
from certify.statistics import recall_lower_bound
from certify.statistics.stream import Stream

_WINDOW = 4000
_KEPT = 60
_ONE_IN = 10
_SPACES = np.array([chr(code).isspace() for code in range(0x3002)])
"""Whether a character is white space; beyond the last that is, all are like the last entry."""


class _Plant(NamedTuple):
    """A document with a copy in it."""

    text: bytes
    passage: int
    start: int
    """First byte of the copy."""
    end: int


def run_selftest(
    searcher: Searcher,
    items: Mapping[int, Item],
    hosts: Sequence[bytes],
    *,
    seed: bytes,
    spikes: int,
    familiar: frozenset[int] = frozenset(),
) -> dict[str, PlantedResult]:
    """Recall by kind of copy, measured on this corpus with these problems.

    Each plant draws a problem, a host document and a place of its own. It counts as found only when the search
    names the right problem at the planted place.

    Args:
        searcher: the search under test.
        items: problems to plant, by the number of their passage in the index.
        hosts: texts of documents of the corpus.
        seed: 32 bytes; the same seed plants the same copies.
        spikes: copies of each kind.
        familiar: passages of which the scan counts word-for-word copies alone; so does the test.

    Returns:
        One result for each kind; nothing when there is nothing to plant or nowhere to plant it.
    """
    if not (items and hosts and spikes > 0):
        return {}
    numbers = sorted(items)
    results = {}
    for kind, change in KINDS.items():
        plants = []
        for spike in range(spikes):
            stream = Stream(seed, f"certify/scan/selftest/{kind}/{spike}")
            number, host = stream.choice(numbers), stream.choice(hosts).decode("utf-8", "ignore")
            plants.append(_plant(number, change(items[number], host, stream), host, stream))
        found = _found(searcher, plants, familiar)
        results[kind] = PlantedResult(planted=spikes, found=found, recall_lower=recall_lower_bound(found, spikes))
    return results


def _plant(passage: int, spike: str, host: str, stream: Stream) -> _Plant:
    begin = stream.below(max(1, len(host) - _WINDOW))
    window = host[begin : begin + _WINDOW]
    gaps = _gaps(window)
    chosen = stream.below(max(1, gaps.size))
    cut = int(gaps[chosen]) if gaps.size else len(window)
    before, planted = encode(window[:cut] + "\n"), encode(spike)
    text = before + planted + encode("\n" + window[cut:])
    return _Plant(text, passage, len(before), len(before) + len(planted))


def _gaps(text: str) -> NDArray[np.intp]:
    """Where white space stands."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    return np.flatnonzero(_SPACES[np.minimum(codes, _SPACES.size - 1)])


def _found(searcher: Searcher, plants: Sequence[_Plant], familiar: frozenset[int]) -> int:
    """How many plants are named at their place."""
    named: set[int] = set()
    for block in blocks_of(batch_of([plant.text for plant in plants], range(len(plants)))):
        judged = judge_block(searcher, block)
        for row in judged.hits.rows[np.flatnonzero(judged.judgements >= REORDERED)]:
            number = int(block.rows[int(row[column.PIECE])])
            plant = plants[number]
            if row[column.PASSAGE] == plant.passage and row[column.START] < plant.end and row[column.END] > plant.start:
                word_for_word = row[column.EXACT] and row[column.KIND] == column.ALIGNED
                if plant.passage not in familiar or word_for_word:
                    named.add(number)
    return len(named)


def _pieces(question: str) -> tuple[list[str], str]:
    """The question in words, or in characters where a script has no spaces, and what joins them."""
    spaced = question.split()
    return (spaced, " ") if len(spaced) >= 5 else (list(question), "")


def _verbatim(item: Item, host: str, stream: Stream) -> str:
    return item.question


def _rewrapped(item: Item, host: str, stream: Stream) -> str:
    pieces, joint = _pieces(item.question)
    width = stream.between(4, 9)
    lines = [joint.join(pieces[i : i + width]) for i in range(0, len(pieces), width)]
    return "\n".join(lines).upper() if stream.below(2) else "\n  ".join(lines)


def _truncated(item: Item, host: str, stream: Stream) -> str:
    pieces, joint = _pieces(item.question)
    return joint.join(pieces[: -(-len(pieces) * _KEPT // 100)])


def _edited(item: Item, host: str, stream: Stream) -> str:
    pieces, joint = _pieces(item.question)
    spare = [word for word in words(host[:_WINDOW]) if not is_number(word)] or ["something"]
    places = [i for i, piece in enumerate(pieces) if piece.strip() and not is_number(piece)]
    for place in stream.sample(places, min(len(places), max(1, len(pieces) // _ONE_IN))):
        pieces[place] = stream.choice(spare)
    return joint.join(pieces)


KINDS: dict[str, Callable[[Item, str, Stream], str]] = {
    "verbatim": _verbatim,
    "rewrapped": _rewrapped,
    "truncated": _truncated,
    "edited": _edited,
}
"""verbatim; rewrapped: other line breaks, half of them in capitals; truncated: the first 60 % of the words;
edited: one word in ten, at least one and never a number, replaced by a word of the host document."""
