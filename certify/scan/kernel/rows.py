"""Rows: the figures of one match each, from which it is judged later."""

from __future__ import annotations

from typing import Any, NamedTuple

from certify.scan.kernel import features as measure
from certify.scan.kernel.align import stands_at
from certify.scan.kernel.clusters import cover, fullest_window, longest_stretch, place_of, word_of
from certify.scan.kernel.compiling import inner
from certify.scan.kernel.lookup import GRAM

HALF, REPORTED = 0.5, 0.4
"""Shares of a passage's words, or of its information: half of it, and from where a match is reported for judgement."""

LONG_RUN = 30
"""Words in a row from which less than half of a passage is reported."""

SHORTEST_PASSAGE = 6
"""Words in a row, or else a quarter of a passage, from which a match without much information is reported."""

ANSWER_WITHIN = 300
"""Words after a question in which its final answer counts as following it."""

ALIGNED, SHUFFLED, STRETCH = 0, 1, 2
"""Kinds of rows: words matched in order, runs found in any order, or runs in a row that tell next to nothing."""


class Passages(NamedTuple):
    """The texts looked for, as flat arrays; passage ``p`` is ``words[first[p]:first[p + 1]]``."""

    words: Any
    """uint64 hashes."""
    first: Any
    """int32, one more than there are passages."""
    again: Any
    """int32, for each word where its passage has it next, counted in the passage; 0 where it does not."""
    weights: Any
    """float64, nats that a word adds to its neighbours."""
    rarity: Any
    """float64, nats of a word by itself."""
    numbers: Any
    """uint8, whether a word carries a digit."""
    common: Any
    """uint8, whether the run that begins at a word is a passage that much of the corpus holds."""
    totals: Any
    """float64, sum of a passage's weights."""
    keys: Any
    """uint64 hashes of final answers."""
    first_key: Any
    """int32, one more than there are passages."""
    chance: float
    """Nats that a match must carry to be no coincidence."""


class Found(NamedTuple):
    """Buffers that receive what a block holds."""

    rows: Any
    """float64 [capacity, COLUMNS]: one match each."""
    marks: Any
    """uint8: for each row and word of its passage, back to back, whether it was found."""
    touched: Any
    """int32: runs of the table found, each once."""
    times: Any
    """int32: pieces that hold each of them."""
    last: Any
    """int32: the last piece that does."""
    resembled: Any
    """int32 [capacity, 2]: (piece, passage) where half of the words are there and too little of what is telling."""
    thirteen: Any
    """uint8 for each passage: whether a run of thirteen words was found."""


# Columns of a row.
(PIECE, PASSAGE, KIND, START, END, WORD_START, MATCHED, WORDS, WEIGHT, INSIDE, DENSITY, RUN, NATS, AGREES, EXACT,
 ANSWERED, EIGHTS, TENS, MARKS) = range(19)  # fmt: skip
COLUMNS = 19


@inner
def _answer_follows(words: Any, count: int, behind: int, key: Any) -> bool:
    if key.size == 0:
        return False
    for place in range(behind, min(count, behind + ANSWER_WITHIN + key.size) - key.size + 1):
        if stands_at(key, words, count, place):
            return True
    return False


@inner
def _worth_judging(row: Any) -> bool:
    share = max(row[WORDS], row[WEIGHT])
    return share >= REPORTED or row[EIGHTS] > HALF or row[TENS] >= HALF or row[RUN] >= LONG_RUN


@inner
def aligned_row(
    row: Any, marks: Any, pairs: Any, texts: Any, number: int, text: Any, edges: Any, words: Any, count: int
) -> bool:  # fmt: skip
    """Fills a row with what is known of an aligned match; whether it is worth judging."""
    begin, end = texts.first[number], texts.first[number + 1]
    passage, weights, again = texts.words[begin:end], texts.weights[begin:end], texts.again[begin:end]
    marks[:] = 0
    weighed = 0.0
    for k in range(len(pairs)):
        marks[pairs[k, 0]] = 1
        weighed += weights[pairs[k, 0]]
    row[WORDS], row[WEIGHT] = len(pairs) / passage.size, weighed / texts.totals[number]
    row[EIGHTS] = measure.in_runs(pairs, measure.EIGHT, measure.NONE) / passage.size
    row[TENS] = measure.in_runs(pairs, measure.TEN + 1, measure.SKIPS) / passage.size
    row[RUN] = measure.longest_run(pairs)
    if not _worth_judging(row):
        return False
    between = 0.0
    for i in range(pairs[0, 0], pairs[-1, 0] + 1):
        between += weights[i]
    agree = measure.numbers_agree(
        texts.numbers[begin:end], texts.rarity[begin:end], pairs, marks, text, edges, count, texts.chance
    )
    stop = pairs[-1, 1] + 1
    row[PASSAGE], row[KIND] = number, ALIGNED
    row[START], row[END] = pairs[0, 1], stop
    row[MATCHED], row[INSIDE] = len(pairs), weighed / between
    row[DENSITY] = len(pairs) / (stop - pairs[0, 1])
    row[NATS] = measure.told(again, weights, marks)
    row[AGREES] = agree and not measure.is_renamed(passage, words, pairs, marks)
    row[EXACT] = len(pairs) == passage.size
    key = texts.keys[texts.first_key[number] : texts.first_key[number + 1]]
    row[ANSWERED] = _answer_follows(words, count, stop, key)
    return True


@inner
def shuffled_row(row: Any, marks: Any, hits: Any, begin: int, end: int, texts: Any, number: int) -> bool:
    """Fills a row with the words that runs found anywhere near each other cover; whether they are enough."""
    passage = texts.words[texts.first[number] : texts.first[number + 1]]
    weights = texts.weights[texts.first[number] : texts.first[number + 1]]
    again = texts.again[texts.first[number] : texts.first[number + 1]]
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
    row[NATS] = measure.told(again, weights, marks)
    return row[WEIGHT] >= HALF


@inner
def stretch_row(row: Any, marks: Any, hits: Any, begin: int, end: int, texts: Any, number: int) -> bool:
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
