"""Which documents are clean, settled by plain sets of eight words in a row and by no code of the scan.

An item that half stands in some document of the corpus anyway is no secret: found there, it was found rightly. Such
items are dropped from a bench of false alarms, and the share of an item's 8-grams in the worst document is kept for
the others. For published benchmarks nothing is dropped; each pair is printed with what differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np

GRAM = 8
NATURAL = 0.5
"""Share of an item's 8-grams in one document from which that document is no clean one for it."""
LOW_REUSE = 0.1
_WORD = re.compile(r"\w+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BATCH = 500_000
Array = np.ndarray[Any, Any]


class Containment(NamedTuple):
    """Of every item: the largest share of its 8-grams that one document holds, and which document (-1: none)."""

    share: list[float]
    where: list[int]


def tokens(text: str) -> list[str]:
    """Words in lower case; an underscore belongs to its word."""
    return _WORD.findall(text.lower())


def containment(items: Sequence[str], documents: Iterable[str]) -> Containment:
    """Looks for every item in every document; an item of fewer than eight words is in none."""
    vocabulary: dict[str, int] = {}
    for item in items:
        for word in tokens(item):
            vocabulary.setdefault(word, len(vocabulary) + 1)
    sets = [np.unique(_grams(np.array([vocabulary[w] for w in tokens(item)], dtype=np.uint64))) for item in items]
    sizes = np.array([max(1, len(grams)) for grams in sets])
    keys, owners = np.concatenate(sets), np.repeat(np.arange(len(items)), [len(grams) for grams in sets])
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    best, where = np.zeros(len(items)), np.full(len(items), -1)
    for found, places in _hits(keys, vocabulary, documents):
        documents_hit, items_hit, counts = _per_pair(found, places, keys, owners)
        shares = counts / sizes[items_hit]
        for place in np.lexsort((-documents_hit, shares)):
            item = items_hit[place]
            if shares[place] > best[item]:
                best[item], where[item] = shares[place], documents_hit[place]
    return Containment(best.tolist(), where.tolist())


def _grams(words: Array) -> Array:
    """A 64-bit number for each run of eight words; two runs share one with a chance of about 2 ** -64."""
    if len(words) < GRAM:
        return np.empty(0, dtype=np.uint64)
    value = np.zeros(len(words) - GRAM + 1, dtype=np.uint64)
    for place in range(GRAM):
        value = (value ^ words[place : place + len(value)]) * _FACTOR
        value ^= value >> np.uint64(29)
    return value


def _hits(keys: Array, vocabulary: dict[str, int], documents: Iterable[str]) -> Iterator[tuple[Array, Array]]:
    """Batch by batch, which grams of items stand in which documents, each pair once."""
    words: list[int] = []
    places: list[int] = []
    number = -1
    known = vocabulary.get
    for number, text in enumerate(documents):
        found = tokens(text)
        words += [known(word, 0) for word in found]
        places += [number] * len(found)
        if len(words) > _BATCH:
            yield _looked_up(keys, words, places)
            words, places = [], []
    yield _looked_up(keys, words, places)


def _looked_up(keys: Array, words: list[int], places: list[int]) -> tuple[Array, Array]:
    grams, numbers = _grams(np.array(words, dtype=np.uint64)), np.array(places)
    within = numbers[: len(grams)] == numbers[GRAM - 1 : GRAM - 1 + len(grams)]
    at = np.searchsorted(keys, grams)
    hit = within & (keys[np.minimum(at, len(keys) - 1)] == grams) if len(keys) else within & False
    pairs = np.unique(np.stack([at[hit], numbers[: len(grams)][hit]]), axis=1)
    return pairs[0], pairs[1]


def _per_pair(found: Array, places: Array, keys: Array, owners: Array) -> tuple[Array, Array, Array]:
    """How many grams of which item stand in which document; a gram that several items share counts for each."""
    last = np.searchsorted(keys, keys[found], side="right") if len(found) else found
    repeats = last - found
    offsets = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    items = owners[np.repeat(found, repeats) + offsets]
    pairs, counts = np.unique(np.stack([np.repeat(places, repeats), items]), axis=1, return_counts=True)
    return pairs[0], pairs[1], counts


def kept(items: Sequence[str], within: Containment) -> list[int]:
    """Items that no document, and no earlier item, holds half of."""
    single: list[int] = []
    seen: set[tuple[str, ...]] = set()
    for number, item in enumerate(items):
        words = tokens(item)
        grams = {tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)}
        shared = len(grams & seen) / max(1, len(grams))
        if max(within.share[number], shared) < NATURAL:
            single.append(number)
            seen |= grams
    return single


def difference(item: str, document: str) -> tuple[float, int, str]:
    """Of an item and the document it is like: share of its words found in order, longest run, and what differs."""
    ours, theirs = tokens(item), tokens(document)
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False)
    matching = blocks.get_matching_blocks()
    share = sum(block.size for block in matching) / max(1, len(ours))
    changes = [
        f"{' '.join(ours[a:b]) or '∅'} → {' '.join(theirs[c:d]) if d - c <= 12 else f'{d - c} words'}"
        for tag, a, b, c, d in blocks.get_opcodes()
        if tag != "equal" and b > a
    ]
    return share, max(block.size for block in matching), "; ".join(changes)
