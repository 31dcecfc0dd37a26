"""All matches of many passages in a block of documents."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from certify.scan.kernel import features as measure
from certify.scan.kernel.align import align, stands_at
from certify.scan.kernel.clusters import (
    cluster_end,
    cover,
    fullest_window,
    longest_stretch,
    passage_of,
    place_of,
    sorted_hits,
    word_of,
)
from certify.scan.kernel.folding import first_foreign, fold, origin
from certify.scan.kernel.lookup import GRAM, THIRTEEN, fill_between, find, in_bitmap, probe, run_hashes
from certify.scan.kernel.words import PADDING, has_digit, split_words

GATE = 0.2
"""Share of a passage's information that runs found in a document must cover before words are aligned."""

HALF, REPORTED = 0.5, 0.4
"""Shares of a passage's words, or of its information: half of it, and from where a match is reported for judgement."""

LONG_RUN = 30
"""Words in a row from which less than half of a passage is reported."""

REACH, REACH_SHARE = 4, 6
"""Words, and share of a passage as one in so many, that a copy may shift against its longest run; a stray hit further
away would only make the band of the alignment wider."""

SHORTEST_PASSAGE = 6
"""Words in a row, or else a quarter of a passage, from which a match without much information is reported."""

ANSWER_WITHIN = 300
"""Words after a question in which its final answer counts as following it."""

ALIGNED, SHUFFLED, STRETCH = 0, 1, 2
"""Kinds of rows: words matched in order, runs found in any order, or runs in a row that tell next to nothing."""

OVERFLOW = -1
"""Instead of a number of rows: the buffers given were too small."""


class Passages(NamedTuple):
    """The texts looked for, as flat arrays; passage ``p`` is ``words[first[p]:first[p + 1]]``."""

    words: Any
    """uint64 hashes."""
    first: Any
    """int32, one more than there are passages."""
    weights: Any
    """float64, nats that a word adds to its neighbours."""
    rarity: Any
    """float64, nats of a word by itself."""
    numbers: Any
    """uint8, whether a word carries a digit."""
    totals: Any
    """float64, sum of a passage's weights."""
    keys: Any
    """uint64 hashes of final answers."""
    first_key: Any
    """int32, one more than there are passages."""
    chance: float
    """Nats that a match must carry to be no coincidence."""


class Postings(NamedTuple):
    """Where the runs of a table stand in the passages; those of run ``n`` are ``[first[n]:first[n + 1]]``."""

    first: Any
    """int32."""
    passages: Any
    """int32."""
    places: Any
    """int32; first word of the run in the passage."""


class Found(NamedTuple):
    """Buffers that receive what a block holds."""

    rows: Any
    """float64 [capacity, COLUMNS]: one match each."""
    marks: Any
    """uint8: for each row and word of its passage, back to back, whether it was found."""
    touched: Any
    """int32: runs of the table found, each once a piece."""
    resembled: Any
    """int32 [capacity, 2]: (piece, passage) where half of the words are there and too little of what is telling."""
    thirteen: Any
    """uint8 for each passage: whether a run of thirteen words was found."""


# Columns of a row.
(PIECE, PASSAGE, KIND, START, END, WORD_START, MATCHED, WORDS, WEIGHT, INSIDE, DENSITY, RUN, NATS, AGREES, EXACT,
 ANSWERED, EIGHTS, TENS, MARKS) = range(19)  # fmt: skip
COLUMNS = 19


@njit(nogil=True, cache=True)
def _answer_follows(words: Any, count: int, behind: int, key: Any) -> bool:
    if key.size == 0:
        return False
    for place in range(behind, min(count, behind + ANSWER_WITHIN + key.size) - key.size + 1):
        if stands_at(key, words, count, place):
            return True
    return False


@njit(nogil=True, cache=True)
def _mark_thirteen(table: Any, postings: Any, hashes: Any, words: Any, count: int, places: Any, found: Any) -> None:
    # A run of thirteen words holds nine runs of five in a row; without those there is nothing to look up.
    needed = THIRTEEN - GRAM + 1
    in_row = 1
    hashed = False
    for k in range(1, places.size):
        in_row = in_row + 1 if places[k] == places[k - 1] + 1 else 1
        if in_row < needed:
            continue
        if not hashed:
            run_hashes(words, count, THIRTEEN, hashes)
            hashed = True
        key = hashes[places[k] - needed + 1]
        if in_bitmap(table, key):
            number = find(table, key)
            if number >= 0:
                for posting in range(postings.first[number], postings.first[number + 1]):
                    found[postings.passages[posting]] = 1


@njit(nogil=True, cache=True)
def _measure(row: Any, marks: Any, pairs: Any, texts: Any, number: int, words: Any, count: int, digits: Any) -> None:
    begin, end = texts.first[number], texts.first[number + 1]
    passage, weights = texts.words[begin:end], texts.weights[begin:end]
    marks[:] = 0
    weighed = 0.0
    for k in range(len(pairs)):
        marks[pairs[k, 0]] = 1
        weighed += weights[pairs[k, 0]]
    between = 0.0
    for i in range(pairs[0, 0], pairs[-1, 0] + 1):
        between += weights[i]
    agree = measure.numbers_agree(
        texts.numbers[begin:end], texts.rarity[begin:end], pairs, marks, digits, count, texts.chance
    )
    stop = pairs[-1, 1] + 1
    row[PASSAGE], row[KIND] = number, ALIGNED
    row[START], row[END] = pairs[0, 1], stop
    row[MATCHED], row[WORDS] = len(pairs), len(pairs) / passage.size
    row[WEIGHT], row[INSIDE] = weighed / texts.totals[number], weighed / between
    row[DENSITY], row[RUN] = len(pairs) / (stop - pairs[0, 1]), measure.longest_run(pairs)
    row[NATS] = measure.told(passage, weights, marks)
    row[AGREES] = agree and not measure.is_renamed(passage, words, pairs, marks)
    row[EXACT] = len(pairs) == passage.size
    key = texts.keys[texts.first_key[number] : texts.first_key[number + 1]]
    row[ANSWERED] = _answer_follows(words, count, stop, key)
    row[EIGHTS] = measure.in_runs(pairs, measure.EIGHT, 0) / passage.size
    row[TENS] = measure.in_runs(pairs, measure.TEN + 1, measure.SKIPS) / passage.size


@njit(nogil=True, cache=True)
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
    touched = cover(hits, begin, end, covered)
    weighed = 0.0
    for i in range(passage.size):
        if covered[i]:
            weighed += texts.weights[texts.first[number] + i]
    if weighed < GATE * texts.totals[number]:
        return -1 if touched >= HALF * passage.size else 0
    low = high = offset
    for k in range(begin, end):
        low = min(low, word_of(hits[k]) - place_of(hits[k]))
        high = max(high, word_of(hits[k]) - place_of(hits[k]))
    first, _ = longest_stretch(hits, begin, end)
    anchor, reach = word_of(hits[first]) - place_of(hits[first]), REACH + passage.size // REACH_SHARE
    low, high = max(low, anchor - reach), min(high, anchor + reach)
    slack = 3 + passage.size // 12
    return align(passage, words, count, low - slack, high + slack, pairs)


@njit(nogil=True, cache=True)
def _promising(hits: Any, begin: int, end: int, texts: Any, number: int, words: Any, count: int) -> bool:
    """Whether hits of one passage could pass the gate, or a copy word for word begins at one of their clusters.

    Most hits are stray ones: this keeps them from costing more than a few additions.
    """
    first, length = texts.first[number], texts.first[number + 1] - texts.first[number]
    if (end - begin) * GRAM >= HALF * length:
        return True
    most = 0.0
    for k in range(begin, end):
        for step in range(GRAM):
            most += texts.weights[first + place_of(hits[k]) + step]
    if most >= GATE * texts.totals[number]:
        return True
    passage = texts.words[first : first + length]
    at = begin
    while at < end:
        if stands_at(passage, words, count, word_of(hits[at]) - place_of(hits[at])):
            return True
        at = cluster_end(hits, at, end, length)
    return False


@njit(nogil=True, cache=True)
def _worth_judging(row: Any) -> bool:
    share = max(row[WORDS], row[WEIGHT])
    return share >= REPORTED or row[EIGHTS] > HALF or row[TENS] >= HALF or row[RUN] >= LONG_RUN


@njit(nogil=True, cache=True)
def _shuffled(row: Any, marks: Any, hits: Any, begin: int, end: int, texts: Any, number: int) -> bool:
    """Fills a row with the words that runs found anywhere near each other cover; whether they are enough."""
    passage = texts.words[texts.first[number] : texts.first[number + 1]]
    weights = texts.weights[texts.first[number] : texts.first[number + 1]]
    if (end - begin) * GRAM < HALF * passage.size:
        return False
    begin, end = fullest_window(hits, begin, end, weights)
    touched = cover(hits, begin, end, marks)
    if touched < HALF * passage.size:
        return False
    weighed = 0.0
    for i in range(passage.size):
        if marks[i]:
            weighed += weights[i]
    row[:] = 0.0
    row[PASSAGE], row[KIND] = number, SHUFFLED
    row[START], row[END] = word_of(hits[begin]), word_of(hits[end - 1]) + GRAM
    row[MATCHED], row[WORDS], row[WEIGHT] = touched, touched / passage.size, weighed / texts.totals[number]
    row[DENSITY] = touched / (row[END] - row[START])
    row[NATS] = measure.told(passage, weights, marks)
    return row[WEIGHT] >= HALF


@njit(nogil=True, cache=True)
def _stretch(row: Any, marks: Any, hits: Any, begin: int, end: int, texts: Any, number: int) -> bool:
    """Fills a row with the longest stretch of a cluster that was not worth aligning; whether it is long enough."""
    length = texts.first[number + 1] - texts.first[number]
    first, count = longest_stretch(hits, begin, end)
    size = count + GRAM - 1
    if size < max(SHORTEST_PASSAGE, length / 4):
        return False
    touched = cover(hits, begin, end, marks)
    marks[:] = 0
    place = place_of(hits[first])
    marks[place : place + size] = 1
    row[:] = 0.0
    row[PASSAGE], row[KIND] = number, STRETCH
    row[START], row[END] = word_of(hits[first]), word_of(hits[first]) + size
    row[MATCHED], row[WORDS], row[DENSITY], row[RUN] = size, touched / length, 1.0, size
    row[EIGHTS] = size / length if size >= measure.EIGHT else 0.0
    row[TENS] = size / length if size > measure.TEN else 0.0
    return True


@njit(nogil=True, cache=True)
def _digits(text: Any, starts: Any, ends: Any, count: int) -> Any:
    marks = np.empty(count, dtype=np.uint8)
    for i in range(count):
        marks[i] = has_digit(text, starts[i], ends[i])
    return marks


@njit(nogil=True, cache=True)
def _search_piece(
    piece: int, text: Any, starts: Any, ends: Any, words: Any, count: int, places: Any, found: Any, texts: Any,
    postings: Any, into: Any, used: Any,
) -> bool:  # fmt: skip
    """Judges the hits of one piece; ``used`` counts rows, marks and resembled. False where a buffer is full."""
    hits = sorted_hits(places, found, postings.first, postings.passages, postings.places)
    if hits.size == 0:
        return True
    digits = np.empty(0, dtype=np.uint8)
    begin = 0
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
                filled = _shuffled(row, marks, hits, begin, end, texts, number)
            else:
                stop = cluster_end(hits, at, end, length)
                aligned = _align_cluster(hits, at, stop, texts, number, words, count, covered, pairs)
                filled = False
                if aligned > 0:
                    if digits.size == 0:
                        digits = _digits(text, starts, ends, count)
                    _measure(row, marks, pairs[:aligned], texts, number, words, count, digits)
                    filled = _worth_judging(row)
                elif aligned < 0:
                    filled = _stretch(row, marks, hits, at, stop, texts, number)
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


@njit(nogil=True, cache=True)
def _touch(found: Any, into: Any, used: Any) -> bool:
    if used[3] + found.size > into.touched.size:
        return False
    ordered = np.sort(found)
    for k in range(ordered.size):
        if k == 0 or ordered[k] != ordered[k - 1]:
            into.touched[used[3]] = ordered[k]
            used[3] += 1
    return True


@njit(nogil=True, cache=True)
def _place_rows(rows: Any, begin: int, end: int, starts: Any, ends: Any, shift: int) -> None:
    for k in range(begin, end):
        row = rows[k]
        row[WORD_START] = row[START]
        row[START], row[END] = starts[int(row[START])] - shift, ends[int(row[END]) - 1] - shift


@njit(nogil=True, cache=True)
def search(
    text: Any, bounds: Any, table: Any, postings: Any, thirteen: Any, thirteen_postings: Any, texts: Any, stride: int,
    entries: Any, pool: Any, into: Any, used: Any,
) -> int:  # fmt: skip
    """Searches ``text[bounds[n]:bounds[n + 1]]`` for every ``n`` and gives the number of rows.

    ``START`` and ``END`` of a row are bytes of its piece. ``used`` receives the numbers of rows, marks, resembled and
    touched entries. ``text`` goes on for ``PADDING`` bytes. Where a buffer is too small the result is ``OVERFLOW``.
    """
    used[:] = 0
    largest = 0
    for piece in range(bounds.size - 1):
        largest = max(largest, bounds[piece + 1] - bounds[piece])
    starts = np.empty(largest // 2 + 2, dtype=np.int32)
    ends = np.empty(largest // 2 + 2, dtype=np.int32)
    words = np.empty(largest // 2 + 2, dtype=np.uint64)
    hashes = np.empty(largest // 2 + 2, dtype=np.uint64)
    places = np.empty(largest // 2 + 2, dtype=np.int32)
    found = np.empty(largest // 2 + 2, dtype=np.int32)
    folded = np.empty(PADDING, dtype=np.uint8)
    for piece in range(bounds.size - 1):
        begin, end = bounds[piece], bounds[piece + 1]
        source, shift, foreign = text, begin, first_foreign(text, begin, end) < end
        if foreign:
            folded, length = fold(text, begin, end, entries, pool, folded)
            if starts.size < length // 2 + 2:
                size = length + 2
                starts, ends = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
                words, hashes = np.empty(size, dtype=np.uint64), np.empty(size, dtype=np.uint64)
                places, found = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
            source, shift = folded, 0
            count = split_words(folded, 0, length, starts, ends, words)
        else:
            count = split_words(text, begin, end, starts, ends, words)
        runs = run_hashes(words, count, GRAM, hashes)
        hits = probe(table, hashes, runs, stride, places, found)
        if hits == 0:
            continue
        near, ids = places[:hits], found[:hits]
        if stride > 1:
            near, ids = fill_between(table, hashes, runs, places, found, hits)
        if not _touch(ids, into, used):
            return OVERFLOW
        _mark_thirteen(thirteen, thirteen_postings, hashes, words, count, near, into.thirteen)
        before = used[0]
        if not _search_piece(piece, source, starts, ends, words, count, near, ids, texts, postings, into, used):
            return OVERFLOW
        _place_rows(into.rows, before, used[0], starts, ends, shift)
        if foreign:
            for k in range(before, used[0]):
                first, last = origin(text, begin, end, entries, int(into.rows[k, START]), int(into.rows[k, END]))
                into.rows[k, START], into.rows[k, END] = first - begin, last - begin
    return used[0]
