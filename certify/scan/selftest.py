"""Plants known copies into documents of the scanned corpus and counts how many the search finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from certify.scan.benchmark import Benchmark, Item
from certify.scan.matcher import Matcher
from certify.scan.normalise import is_number, words
from certify.scan.report import PlantedResult
from certify.statistics import recall_lower_bound
from certify.statistics.stream import Stream

_WINDOW = 4000
_KEPT = 60
_ONE_IN = 10


def run_selftest(
    matcher: Matcher, benchmark: Benchmark, hosts: Sequence[str], *, seed: bytes, spikes: int
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
            found += _is_found(matcher, number, change(benchmark.items[number], host, stream), host, stream)
        results[kind] = PlantedResult(planted=spikes, found=found, recall_lower=recall_lower_bound(found, spikes))
    return results


def _is_found(matcher: Matcher, number: int, spike: str, host: str, stream: Stream) -> bool:
    begin = stream.below(max(1, len(host) - _WINDOW))
    window = host[begin : begin + _WINDOW]
    gaps = [i for i, character in enumerate(window) if character.isspace()] or [len(window)]
    cut = stream.choice(gaps)
    before, planted = words(window[:cut]), words(spike)
    document = [*before, *planted, *words(window[cut:])]
    start, end = len(before), len(before) + len(planted)
    copies = matcher.find(document).copies
    return any(c.item == number and c.alignment.start < end and c.alignment.end > start for c in copies)


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
