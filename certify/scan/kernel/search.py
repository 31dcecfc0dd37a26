"""All matches of many passages in a block of documents."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from certify.scan.kernel.align import align, stands_at
from certify.scan.kernel.clusters import (
    cluster_end,
    cover,
    longest_stretch,
    passage_of,
    place_of,
    sorted_hits,
    word_of,
)
from certify.scan.kernel.compiling import inner, kept
from certify.scan.kernel.folding import first_foreign, fold, origin
from certify.scan.kernel.lookup import (
    GRAM,
    THIRTEEN,
    fill_between,
    find,
    hash_of_thirteen,
    in_bitmap,
    probe,
    run_hashes,
)
from certify.scan.kernel.rows import END, HALF, MARKS, PIECE, START, WORD_START, aligned_row, shuffled_row, stretch_row
from certify.scan.kernel.vectors import unwritable
from certify.scan.kernel.words import PADDING, ROUND, split_words

GATE = 0.2
"""Share of a passage's information that runs found in a document must cover before words are aligned."""

REACH, REACH_SHARE = 4, 6
"""Words, and share of a passage as one in so many, that a copy may shift against its longest run; a stray hit further
away would only make the band of the alignment wider."""

_START, _SIZE = np.int64(0), np.int64(GRAM)
"""Not written as plain numbers, for which functions would be compiled once more."""

OVERFLOW = -1
"""Instead of a number of rows: the buffers given were too small."""


class Workspace(NamedTuple):
    """Arrays of zeros that a search leaves as it found them; no two may share them at once."""

    seen: Any
    """int32, one for each run of the table."""
    counts: Any
    """int32, one for each passage."""
    held: Any
    """int32, one for each passage; left as it may be."""


class Postings(NamedTuple):
    """Where the runs of a table stand in the passages; those of run ``n`` are ``[first[n]:first[n + 1]]``."""

    first: Any
    """int32."""
    passages: Any
    """int32."""
    places: Any
    """int32; first word of the run in the passage."""


@inner
def _mark_thirteen(table: Any, postings: Any, words: Any, places: Any, found: Any) -> None:
    # A run of thirteen words holds nine runs of five in a row; without those there is nothing to look up.
    needed = THIRTEEN - GRAM + 1
    in_row = 1
    for k in range(1, places.size):
        in_row = in_row + 1 if places[k] == places[k - 1] + 1 else 1
        if in_row < needed:
            continue
        key = hash_of_thirteen(words, places[k] - needed + 1)
        if in_bitmap(table, key):
            number = find(table, key)
            if number >= 0:
                for posting in range(postings.first[number], postings.first[number + 1]):
                    found[postings.passages[posting]] = 1


@inner
def _telling(hits: Any, begin: int, end: int, texts: Any, number: int, covered: Any) -> float:
    """Information of the words that runs touch, those left out that much of the corpus holds."""
    first = texts.first[number]
    covered[:] = 0
    total = 0.0
    for k in range(begin, end):
        place = place_of(hits[k])
        if texts.common[first + place]:
            continue
        for word in range(place, place + GRAM):
            if not covered[word]:
                covered[word] = 1
                total += texts.weights[first + word]
    return total


@inner
def _align_cluster(
    hits: Any, begin: int, end: int, texts: Any, number: int, words: Any, count: int, covered: Any, pairs: Any
) -> int:
    """Words aligned; 0 where too little is there, -1 where half of the words are and too little of what is telling."""
    passage = texts.words[texts.first[number] : texts.first[number + 1]]
    offset = word_of(hits[begin]) - place_of(hits[begin])
    if stands_at(passage, words, count, offset):
        for i in range(passage.size):
            pairs[i, 0], pairs[i, 1] = i, offset + i
        return passage.size
    if _telling(hits, begin, end, texts, number, covered) < GATE * texts.totals[number]:
        return -1 if cover(hits, begin, end, covered) >= HALF * passage.size else 0
    low = high = offset
    for k in range(begin, end):
        low = min(low, word_of(hits[k]) - place_of(hits[k]))
        high = max(high, word_of(hits[k]) - place_of(hits[k]))
    first, _ = longest_stretch(hits, begin, end)
    anchor, reach = word_of(hits[first]) - place_of(hits[first]), REACH + passage.size // REACH_SHARE
    low, high = max(low, anchor - reach), min(high, anchor + reach)
    slack = 3 + passage.size // 12
    return align(passage, words, count, low - slack, high + slack, pairs)


@inner
def _promising(hits: Any, begin: int, end: int, texts: Any, number: int, words: Any, count: int) -> bool:
    """Whether hits of one passage could pass the gate, or a copy word for word begins at one of their clusters.

    Most hits are stray ones: this keeps them from costing more than a few additions.
    """
    first, length = texts.first[number], texts.first[number + 1] - texts.first[number]
    if (end - begin) * GRAM >= HALF * length:
        return True
    most = 0.0
    for k in range(begin, end):
        place = first + place_of(hits[k])
        if not texts.common[place]:
            for step in range(GRAM):
                most += texts.weights[place + step]
    if most >= GATE * texts.totals[number]:
        return True
    passage = texts.words[first : first + length]
    at = begin
    while at < end:
        if stands_at(passage, words, count, word_of(hits[at]) - place_of(hits[at])):
            return True
        at = cluster_end(hits, at, end, length)
    return False


@inner
def _search_piece(
    piece: int, text: Any, edges: Any, words: Any, count: int, places: Any, found: Any, texts: Any,
    postings: Any, work: Any, into: Any, used: Any,
) -> bool:  # fmt: skip
    """Judges the hits of one piece; ``used`` counts rows, marks and resembled. False where a buffer is full."""
    hits = sorted_hits(places, found, postings, work.counts, work.held)
    begin = np.int64(0)
    while begin < hits.size:
        number = passage_of(hits[begin])
        length = texts.first[number + 1] - texts.first[number]
        end = begin
        while end < hits.size and passage_of(hits[end]) == number:
            end += 1
        if not _promising(hits, begin, end, texts, number, words, count):
            begin = end
            continue
        pairs = np.empty((length, 2), dtype=np.int64)
        covered = np.empty(length, dtype=np.uint8)
        at = begin
        while at <= end:
            if used[0] >= len(into.rows) or used[1] + length > into.marks.size or used[2] >= len(into.resembled):
                return False
            row, marks = into.rows[used[0]], into.marks[used[1] : used[1] + length]
            if at == end:
                filled = shuffled_row(row, marks, hits, begin, end, texts, number)
            else:
                stop = cluster_end(hits, at, end, length)
                aligned = _align_cluster(hits, at, stop, texts, number, words, count, covered, pairs)
                filled = False
                if aligned > 0:
                    filled = aligned_row(row, marks, pairs[:aligned], texts, number, text, edges, words, count)
                elif aligned < 0:
                    filled = stretch_row(row, marks, hits, at, stop, texts, number)
                    if not filled:
                        into.resembled[used[2], 0], into.resembled[used[2], 1] = piece, number
                        used[2] += 1
            if filled:
                row[PIECE], row[MARKS] = piece, used[1]
                used[0] += 1
                used[1] += length
            at = end + 1 if at == end else stop
        begin = end
    return True


@inner
def _touch(piece: int, found: Any, seen: Any, into: Any, used: Any) -> bool:
    for k in range(found.size):
        place = seen[found[k]] - 1
        if place < 0:
            place = used[3]
            if place >= into.touched.size:
                return False
            into.touched[place], into.times[place], into.last[place] = found[k], 1, piece
            used[3] += 1
            seen[found[k]] = place + 1
        elif into.last[place] != piece:
            into.times[place] += 1
            into.last[place] = piece
    return True


@inner
def _place_rows(rows: Any, begin: int, end: int, edges: Any, shift: int) -> None:
    for k in range(begin, end):
        row = rows[k]
        row[WORD_START] = row[START]
        row[START], row[END] = edges[2 * int(row[START])] - shift, edges[2 * int(row[END]) - 1] - shift


@kept
def search(
    text: Any, bounds: Any, table: Any, postings: Any, thirteen: Any, thirteen_postings: Any, texts: Any, stride: int,
    entries: Any, pool: Any, work: Any, into: Any, used: Any,
) -> int:  # fmt: skip
    """Searches ``text[bounds[n]:bounds[n + 1]]`` for every ``n`` and gives the number of rows.

    ``START`` and ``END`` of a row are bytes of its piece. ``used`` receives the numbers of rows, marks, resembled and
    touched entries. ``text`` goes on for ``PADDING`` bytes. Where a buffer is too small the result is ``OVERFLOW``.
    """
    used[:] = 0
    largest = 0
    for piece in range(bounds.size - 1):
        largest = max(largest, bounds[piece + 1] - bounds[piece])
    edges = np.empty(largest + 2 + ROUND, dtype=np.int32)
    words = np.empty(largest // 2 + 2, dtype=np.uint64)
    hashes = np.empty(largest // 2 + 2, dtype=np.uint64)
    places = np.empty(largest // 2 + 2, dtype=np.int32)
    found = np.empty(largest // 2 + 2, dtype=np.int32)
    folded = np.empty(PADDING, dtype=np.uint8)
    full = False
    for piece in range(bounds.size - 1):
        begin, end = bounds[piece], bounds[piece + 1]
        source, shift, foreign = text, begin, first_foreign(text, begin, end) < end
        length = end - begin
        if foreign:
            folded, length = fold(text, begin, end, entries, pool, folded)
            if edges.size < length + 2 + ROUND:
                size = length + 2
                edges = np.empty(2 * size + ROUND, dtype=np.int32)
                words, hashes = np.empty(size, dtype=np.uint64), np.empty(size, dtype=np.uint64)
                places, found = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
            source, shift = unwritable(folded), _START
        count = split_words(source, shift, shift + length, edges, words)
        runs = run_hashes(words, count, _SIZE, hashes)
        hits = probe(table, hashes, runs, stride, places, found)
        if hits == 0:
            continue
        near, ids = places[:hits], found[:hits]
        if stride > 1:
            near, ids = fill_between(table, hashes, runs, places, found, hits)
        if not _touch(piece, ids, work.seen, into, used):
            full = True
            break
        _mark_thirteen(thirteen, thirteen_postings, words, near, into.thirteen)
        before = used[0]
        if not _search_piece(piece, source, edges, words, count, near, ids, texts, postings, work, into, used):
            full = True
            break
        _place_rows(into.rows, before, used[0], edges, shift)
        if foreign:
            for k in range(before, used[0]):
                first, last = origin(text, begin, end, entries, int(into.rows[k, START]), int(into.rows[k, END]))
                into.rows[k, START], into.rows[k, END] = first - begin, last - begin
    for k in range(used[3]):
        work.seen[into.touched[k]] = 0
    return OVERFLOW if full else used[0]
