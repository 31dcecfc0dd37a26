"""The best ordered match between a passage and a stretch of a document; ``certify.scan.align`` says it in Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner

_MATCH, _MISMATCH, _GAP = np.int32(10), np.int32(-6), np.int32(-5)
_NOTHING = np.int32(0)


@inner
def _steps_down(word: Any, words: Any, diagonal: Any, above: Any, scores: Any) -> None:
    """The best score of each cell that does not come from its left."""
    # Apart from the steps to the right, of which each waits for the one before, so that the compiler can vectorise.
    for k in range(words.size):
        step = diagonal[k] + (_MATCH if words[k] == word else _MISMATCH)
        scores[k] = max(_NOTHING, step, above[k] + _GAP)


@inner
def _steps_right(scores: Any) -> Any:
    """Adds the steps from the left and gives the highest score."""
    score = highest = _NOTHING
    for k in range(scores.size):
        score = max(scores[k], score + _GAP)
        scores[k] = score
        highest = max(highest, score)
    return highest


@inner
def align(passage: Any, document: Any, count: int, low: int, high: int, pairs: Any) -> int:
    """Aligns with document position minus passage position in [low, high]; gives the number of equal words.

    ``pairs[k]`` receives (position in the passage, position in the document), both rising. ``count`` is the number of
    words of the document.

    Source: Smith and Waterman (1981), restricted to a band of diagonals.
    """
    width = high - low + 1
    # Row i + 1 and column k + 1 are passage word i on diagonal low + k; the border around them scores nothing.
    scores = np.zeros((passage.size + 1, width + 2), dtype=np.int32)
    best, best_i, best_k = _NOTHING, 0, 0
    for i in range(passage.size):
        first, stop = max(0, -(low + i)), min(width, count - low - i)
        if stop <= first:
            continue
        # Slices from where the band lies in the document: no index below needs a check for being negative.
        words, row = document[low + i + first : low + i + stop], scores[i + 1, first + 1 : stop + 1]
        # One passage word further lies one diagonal back.
        _steps_down(passage[i], words, scores[i, first + 1 : stop + 1], scores[i, first + 2 : stop + 2], row)
        highest = _steps_right(row)
        if highest > best:
            best, best_i = highest, i
            best_k = first
            while row[best_k - first] != highest:
                best_k += 1
    if best == 0:
        return 0
    return _trace_back(passage, document, low, scores, np.int64(best_i), np.int64(best_k), pairs)


@inner
def _trace_back(passage: Any, document: Any, low: int, scores: Any, i: Any, k: Any, pairs: Any) -> int:
    found = 0
    while scores[i + 1, k + 1] > 0:
        score, same = scores[i + 1, k + 1], document[low + i + k] == passage[i]
        if score == scores[i, k + 1] + (_MATCH if same else _MISMATCH):
            if same:
                pairs[found, 0], pairs[found, 1] = i, low + i + k
                found += 1
            i -= 1
        elif score == scores[i, k + 2] + _GAP:
            i, k = i - 1, k + 1
        else:
            k -= 1
    for left in range(found // 2):
        right = found - 1 - left
        for side in range(2):
            pairs[left, side], pairs[right, side] = pairs[right, side], pairs[left, side]
    return found


@inner
def stands_at(passage: Any, document: Any, count: int, offset: int) -> bool:
    """Whether the whole passage stands word for word at an offset."""
    if offset < 0 or offset + passage.size > count:
        return False
    for i in range(passage.size):
        if document[offset + i] != passage[i]:
            return False
    return True
