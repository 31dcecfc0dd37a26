"""What is known of the problems before the scan: where their word runs are, and how telling each word is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from certify.scan.benchmark import Item
from certify.scan.decide import COMMON, TIMES_COMMONER
from certify.scan.normalise import is_number

GRAM = 5
"""Words in a run that is looked up. Four to six find the same copies; five gives fewest false starts."""

SHARED_BY = 8
"""A run in more problems than this belongs to their template and starts no search."""

THIRTEEN = 13
"""Words in a run of the GPT-3 rule. Source: Brown et al. 2020, appendix C."""

_SUPPORT, _SUPPORT_SHARE = 5, 200
_LEAST_WEIGHT = 0.1
_FOREGONE, _NEARLY_ALL = 0.6, 0.95
Gram = tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """Everything the search needs, read only."""

    items: tuple[Item, ...]
    weights: tuple[tuple[float, ...], ...]
    """For each item and word the information, in nats, that the word adds to its neighbours."""
    rarity: tuple[tuple[float, ...], ...]
    """For each item and word the logarithm of how rare it is among documents, in nats."""
    numbers: tuple[tuple[bool, ...], ...]
    """For each item and word whether it carries a digit."""
    postings: dict[Gram, list[tuple[int, int]]]
    """Run of five words -> (item, position), without runs that belong to a template."""
    grams: frozenset[Gram]
    """All runs of five words of judged items; a document with none of them is done."""
    common: frozenset[tuple[int, int]]
    """(item, position) of runs of five words that many sampled documents hold, unlike the rest of the item."""
    thirteen: dict[Gram, tuple[int, ...]]
    """Run of thirteen words -> items."""
    chance: float
    """Nats that a match must carry to be no coincidence: one expected in a hundred scans."""


def runs(words: Sequence[str], size: int) -> Iterable[Gram]:
    """Every run of ``size`` neighbouring words."""
    return zip(*(words[i:] for i in range(size)), strict=False)


def build_index(items: tuple[Item, ...], sample: Iterable[list[str]], documents: int) -> Index:
    """Learns from the problems and from sampled documents how telling each word of each problem is.

    A word weighs what it adds: a word that always follows its neighbours, as in a template, adds almost
    nothing; a number or a name in a template's slot adds much.

    Args:
        items: the problems.
        sample: words of distinct sampled documents.
        documents: documents in the whole corpus.
    """
    judged = [number for number, item in enumerate(items) if not item.too_short]
    sample = list(sample)
    counts, whole = _document_frequencies(items, sample)
    rarity = tuple(tuple(math.log((whole + 1) / counts[(word,)]) for word in item.words) for item in items)
    weights = tuple(
        _weights(item.words, own, counts, max(_SUPPORT, whole / _SUPPORT_SHARE))
        for item, own in zip(items, rarity, strict=True)
    )
    return Index(
        items=items,
        weights=weights,
        rarity=rarity,
        numbers=tuple(tuple(is_number(word) for word in item.words) for item in items),
        postings=_postings(items, judged),
        grams=frozenset(gram for number in judged for gram in runs(items[number].words, GRAM)),
        common=_common(items, sample),
        thirteen=_thirteen(items),
        chance=math.log(max(documents, 1000)) + math.log(100),
    )


def _document_frequencies(items: tuple[Item, ...], sample: Iterable[list[str]]) -> tuple[Counter[Gram], int]:
    known = {gram for item in items for size in (1, 2, 3) for gram in runs(item.words, size)}
    counts: Counter[Gram] = Counter()
    whole = 0
    for text in chain((item.words for item in items), sample):
        whole += 1
        for size in (1, 2, 3):
            counts.update(known.intersection(runs(text, size)))
    return counts, whole


def _weights(
    words: tuple[str, ...], rarity: tuple[float, ...], counts: Counter[Gram], support: float
) -> tuple[float, ...]:
    weights = []
    for i, alone in enumerate(rarity):
        weight = alone
        if i >= 2:
            weight = min(weight, _surprise(words[i - 2 : i], words[i - 2 : i + 1], counts, support))
        if i + 2 < len(words):
            weight = min(weight, _surprise(words[i + 1 : i + 3], words[i : i + 3], counts, support))
        weights.append(weight)
    foregone = sum(weight < _FOREGONE for weight in weights)
    return tuple(max(w, _LEAST_WEIGHT) for w in (rarity if foregone >= _NEARLY_ALL * len(weights) else weights))


def _surprise(context: Gram, together: Gram, counts: Counter[Gram], support: float) -> float:
    seen = counts[context]
    return math.log((seen + 1) / counts[together]) if seen >= support else math.inf


def _postings(items: tuple[Item, ...], judged: list[int]) -> dict[Gram, list[tuple[int, int]]]:
    postings: dict[Gram, list[tuple[int, int]]] = {}
    owners: dict[Gram, set[int]] = {}
    for number in judged:
        for position, gram in enumerate(runs(items[number].words, GRAM)):
            postings.setdefault(gram, []).append((number, position))
            owners.setdefault(gram, set()).add(number)
    kept = dict.fromkeys(judged, 0)
    for holders in owners.values():
        if len(holders) <= SHARED_BY:
            for number in holders:
                kept[number] += 1
    # A problem made of template runs alone keeps them: otherwise nothing could find it.
    bare = {number for number, count in kept.items() if count == 0}
    return {
        gram: [place for place in places if len(owners[gram]) <= SHARED_BY or place[0] in bare]
        for gram, places in postings.items()
        if len(owners[gram]) <= SHARED_BY or owners[gram] & bare
    }


def _common(items: tuple[Item, ...], sample: Iterable[list[str]]) -> frozenset[tuple[int, int]]:
    known = {gram for item in items for gram in runs(item.words, GRAM)}
    documents: Counter[Gram] = Counter()
    for text in sample:
        documents.update(known.intersection(runs(text, GRAM)))
    common = set()
    for number, item in enumerate(items):
        counts = [documents[gram] for gram in runs(item.words, GRAM)]
        usual = sorted(counts)[len(counts) // 4] if counts else 0
        common |= {
            (number, i) for i, count in enumerate(counts) if count >= COMMON and count > TIMES_COMMONER * (usual + 1)
        }
    return frozenset(common)


def _thirteen(items: tuple[Item, ...]) -> dict[Gram, tuple[int, ...]]:
    holders: dict[Gram, set[int]] = {}
    for number, item in enumerate(items):
        for gram in runs(item.words, THIRTEEN):
            holders.setdefault(gram, set()).add(number)
    return {gram: tuple(sorted(numbers)) for gram, numbers in holders.items()}
