"""Hits of one passage in one document, grouped into what may be one copy each."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner
from certify.scan.kernel.lookup import GRAM
from certify.scan.kernel.ordering import sort

NEAR = 12
"""Words beyond half a passage that may lie between two hits of one copy."""

_PLACE_BITS, _WORD_BITS = 18, 22
_PLACE_MASK = (1 << _PLACE_BITS) - 1
_WORD_MASK = (1 << _WORD_BITS) - 1
MAX_WORDS = 1 << _PLACE_BITS
"""Words of a passage at most."""


@inner
def sorted_hits(places: Any, found: Any, postings: Any, counts: Any, held: Any) -> Any:
    """Every (passage, document word, passage word) of the runs found, packed into one integer each, sorted.

    ``places`` rise, and so do the postings of a run, so hits need only be brought together by passage. ``counts``
    holds a 0 for each passage, before and after; ``held`` has as many entries.
    """
    total = passages = np.int64(0)
    for k in range(places.size):
        for posting in range(postings.first[found[k]], postings.first[found[k] + 1]):
            passage = postings.passages[posting]
            if counts[passage] == 0:
                held[passages] = passage
                passages += 1
            counts[passage] += 1
            total += 1
    sort(held, passages)
    begin = 0
    for n in range(passages):
        # From here on where the next hit of the passage goes.
        counts[held[n]], begin = begin, begin + counts[held[n]]
    hits = np.empty(total, dtype=np.int64)
    for k in range(places.size):
        for posting in range(postings.first[found[k]], postings.first[found[k] + 1]):
            passage = postings.passages[posting]
            packed = np.int64(passage) << (_WORD_BITS + _PLACE_BITS)
            hits[counts[passage]] = packed | np.int64(places[k]) << _PLACE_BITS | np.int64(postings.places[posting])
            counts[passage] += 1
    for n in range(passages):
        counts[held[n]] = 0
    return hits


@inner
def passage_of(hit: int) -> int:
    """Which passage a packed hit is of."""
    return hit >> (_WORD_BITS + _PLACE_BITS)


@inner
def word_of(hit: int) -> int:
    """Word of the document."""
    return (hit >> _PLACE_BITS) & _WORD_MASK


@inner
def place_of(hit: int) -> int:
    """Word of the passage."""
    return hit & _PLACE_MASK


@inner
def cluster_end(hits: Any, begin: int, end: int, length: int) -> int:
    """One past the last hit that belongs to the copy of ``hits[begin]``; a gap or a jump back begins another copy."""
    for k in range(begin + 1, end):
        far = word_of(hits[k]) - word_of(hits[k - 1]) > length / 2 + NEAR
        again = place_of(hits[k - 1]) - place_of(hits[k]) > length / 2
        if far or again or word_of(hits[k]) - word_of(hits[begin]) > 2 * length + NEAR:
            return k
    return end


@inner
def cover(hits: Any, begin: int, end: int, covered: Any) -> int:
    """Marks the words of the passage that the hits touch, and gives how many they are."""
    covered[:] = 0
    total = 0
    for k in range(begin, end):
        for step in range(GRAM):
            place = place_of(hits[k]) + step
            total += 1 - covered[place]
            covered[place] = 1
    return total


@inner
def longest_stretch(hits: Any, begin: int, end: int) -> tuple[int, int]:
    """The first hit of the longest row of hits that each follow the one before, and how many they are."""
    best, best_begin, run = 1, begin, 1
    for k in range(begin + 1, end):
        run = run + 1 if hits[k] - hits[k - 1] == (1 << _PLACE_BITS) + 1 else 1
        if run > best:
            best, best_begin = run, k - run + 1
    return best_begin, best


@inner
def fullest_window(hits: Any, begin: int, end: int, weights: Any) -> tuple[int, int]:
    """The hits, as a range, within twice a passage's length that cover most of its information in any order."""
    length = weights.size
    counts = np.zeros(length, dtype=np.int32)
    best, best_begin, best_end = 0.0, begin, begin
    sum_, left = 0.0, begin
    for right in range(begin, end):
        for step in range(GRAM):
            place = place_of(hits[right]) + step
            if counts[place] == 0:
                sum_ += weights[place]
            counts[place] += 1
        while word_of(hits[right]) - word_of(hits[left]) > 2 * length + NEAR:
            for step in range(GRAM):
                place = place_of(hits[left]) + step
                counts[place] -= 1
                if counts[place] == 0:
                    sum_ -= weights[place]
            left += 1
        if sum_ > best:
            best, best_begin, best_end = sum_, left, right + 1
    return best_begin, best_end
