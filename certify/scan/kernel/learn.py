"""How many documents hold each of a set of word runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner, kept
from certify.scan.kernel.folding import first_foreign, fold
from certify.scan.kernel.lookup import GRAM, find, in_bitmap, run_hashes
from certify.scan.kernel.vectors import unwritable
from certify.scan.kernel.words import PADDING, ROUND, split_words

_START, _SIZE = np.int64(0), np.int64(GRAM)

LONGEST_CONTEXT = 3
"""Runs of one to three words are counted: a word, and a word with two neighbours."""


@inner
def _count(table: Any, hashes: Any, runs: int, serial: int, last: Any, counts: Any) -> None:
    for i in range(runs):
        if in_bitmap(table, hashes[i]):
            number = find(table, hashes[i])
            if number >= 0 and last[number] != serial:
                last[number] = serial
                counts[number] += 1


@kept
def count_documents(
    text: Any, bounds: Any, contexts: Any, runs: Any, entries: Any, pool: Any, with_context: Any, with_run: Any
) -> None:  # fmt: skip
    """Counts for each key of a table of contexts, and of one of runs of ``GRAM`` words, the documents that hold it."""
    last_context = np.zeros(with_context.size, dtype=np.int32)
    last_run = np.zeros(with_run.size, dtype=np.int32)
    folded = np.empty(PADDING, dtype=np.uint8)
    for piece in range(bounds.size - 1):
        begin, end = bounds[piece], bounds[piece + 1]
        source = text
        if first_foreign(text, begin, end) < end:
            folded, length = fold(text, begin, end, entries, pool, folded)
            source, begin, end = unwritable(folded), _START, length
        length = end - begin
        places = np.empty(length + 2 + ROUND, dtype=np.int32)
        words = np.empty(length // 2 + 2, dtype=np.uint64)
        hashes = np.empty(length // 2 + 2, dtype=np.uint64)
        count = split_words(source, begin, end, places, words)
        for size in range(1, LONGEST_CONTEXT + 1):
            found = run_hashes(words, count, size, hashes)
            _count(contexts, hashes, found, piece + 1, last_context, with_context)
        _count(runs, hashes, run_hashes(words, count, _SIZE, hashes), piece + 1, last_run, with_run)
