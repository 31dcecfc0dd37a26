"""How many documents hold each of a set of word runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from certify.scan.kernel.folding import first_foreign, fold
from certify.scan.kernel.lookup import find, in_bitmap, run_hashes
from certify.scan.kernel.words import PADDING, split_words

LONGEST_CONTEXT = 3
"""Runs of one to three words are counted: a word, and a word with two neighbours."""


@njit(nogil=True, cache=True)
def _count(table: Any, hashes: Any, runs: int, serial: int, last: Any, counts: Any) -> None:
    for i in range(runs):
        if in_bitmap(table, hashes[i]):
            number = find(table, hashes[i])
            if number >= 0 and last[number] != serial:
                last[number] = serial
                counts[number] += 1


@njit(nogil=True, cache=True)
def count_documents(
    text: Any, bounds: Any, table: Any, entries: Any, pool: Any, counts: Any
) -> None:  # fmt: skip
    """Counts for each key of a table the documents that hold it."""
    last = np.zeros(counts.size, dtype=np.int32)
    for piece in range(bounds.size - 1):
        begin, end = bounds[piece], bounds[piece + 1]
        if first_foreign(text, begin, end) < end:
            folded, length = fold(text, begin, end, entries, pool, np.empty(end - begin + PADDING, dtype=np.uint8))
        else:
            length = end - begin
            folded = text[begin : end + PADDING]
        starts = np.empty(length // 2 + 2, dtype=np.int32)
        ends = np.empty(length // 2 + 2, dtype=np.int32)
        words = np.empty(length // 2 + 2, dtype=np.uint64)
        hashes = np.empty(length // 2 + 2, dtype=np.uint64)
        count = split_words(folded, 0, length, starts, ends, words)
        for size in range(1, LONGEST_CONTEXT + 1):
            runs = run_hashes(words, count, size, hashes)
            _count(table, hashes, runs, piece + 1, last, counts)
