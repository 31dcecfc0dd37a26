"""Plants known copies into documents of the scanned corpus and counts how many the search finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from certify.scan.benchmark import Benchmark, Item
from certify.scan.decide import is_exact
from certify.scan.matcher import Match, Matcher
from certify.scan.normalise import is_number, words
from certify.scan.report import PlantedResult
from certify.statistics import recall_lower_bound
from certify.statistics.stream import Stream

_WINDOW = 4000
_KEPT = 60
_ONE_IN = 10


def run_selftest(
    matcher: Matcher,
    benchmark: Benchmark,
    hosts: Sequence[str],
    *,
    seed: bytes,
    spikes: int,
    familiar: frozenset[int] = frozenset(),
) -> dict[str, PlantedResult]:
    """Recall by kind of copy, measured on this corpus with these problems.

    Each plant draws a problem, a host document and a place of its own. It counts as found only when the search
    names the right problem at the planted place.

    Args:
        matcher: the search under test.
        benchmark: problems to plant; too short ones are left out.
        hosts: texts of documents of the corpus.
        seed: 32 bytes; the same seed plants the same copies.
        spikes: copies of each kind.
        familiar: problems of which the scan counts word-for-word copies alone; so does the test.

    Returns:
        One result for each kind; nothing when there is nothing to plant or nowhere to plant it.
    """
    numbers = [n for n, item in enumerate(benchmark.items) if not item.too_short]
    if not (numbers and hosts and spikes > 0):
        return {}
    results = {}
    for kind, change in KINDS.items():
        found = 0
        for spike in range(spikes):
            stream = Stream(seed, f"certify/scan/selftest/{kind}/{spike}")
            number, host = stream.choice(numbers), stream.choice(hosts)
            spike_text = change(benchmark.items[number], host, stream)
            place = _plant(spike_text, host, stream)
            found += any(
                copy.item == number and (number not in familiar or is_exact(copy.features))
                for copy in _copies_at(matcher, *place)
            )
        results[kind] = PlantedResult(planted=spikes, found=found, recall_lower=recall_lower_bound(found, spikes))
    return results


def _plant(spike: str, host: str, stream: Stream) -> tuple[list[str], int, int]:
    """Words of a document with the copy in it, and where the copy begins and ends."""
    begin = stream.below(max(1, len(host) - _WINDOW))
    window = host[begin : begin + _WINDOW]
    gaps = [i for i, character in enumerate(window) if character.isspace()] or [len(window)]
    cut = stream.choice(gaps)
    before, planted = words(window[:cut]), words(spike)
    return [*before, *planted, *words(window[cut:])], len(before), len(before) + len(planted)


def _copies_at(matcher: Matcher, document: list[str], start: int, end: int) -> list[Match]:
    """The copies the search names between two places."""
    copies = matcher.find(document).copies
    return [copy for copy in copies if copy.alignment.start < end and copy.alignment.end > start]


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
