"""The best ordered match between a passage and a stretch of a document; ``certify.scan.align`` says it in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_MATCH, _MISMATCH, _GAP = np.int32(10), np.int32(-6), np.int32(-5)
_STOP, _DIAGONAL, _UP, _LEFT = 0, 1, 2, 3


@njit(nogil=True, cache=True)
def align(passage: Any, document: Any, count: int, low: int, high: int, pairs: Any) -> int:
    """Aligns with document position minus passage position in [low, high]; gives the number of equal words.

    ``pairs[k]`` receives (position in the passage, position in the document), both rising. ``count`` is the number of
    words of the document.

    Source: Smith and Waterman (1981), restricted to a band of diagonals.
    """
    width = high - low + 1
    moves = np.zeros((passage.size, width), dtype=np.uint8)
    above = np.zeros(width + 2, dtype=np.int32)
    row = np.zeros(width + 2, dtype=np.int32)
    best, best_i, best_k = np.int32(0), 0, 0
    for i in range(passage.size):
        word = passage[i]
        first, stop = max(0, -(low + i)), min(width, count - low - i)
        row[:] = 0
        if stop > first:
            # Slices from where the band lies in the document: no index below needs a check for being negative.
            words, trace = document[low + i + first : low + i + stop], moves[i, first:stop]
            diagonal, up, scores = above[first + 1 :], above[first + 2 :], row[first + 1 :]
            score = np.int32(0)
            for k in range(stop - first):
                left = score + _GAP
                score = diagonal[k] + (_MATCH if words[k] == word else _MISMATCH)
                move = _DIAGONAL
                # One passage word further lies one diagonal back.
                if up[k] + _GAP > score:
                    score, move = up[k] + _GAP, _UP
                if left > score:
                    score, move = left, _LEFT
                if score <= 0:
                    score, move = np.int32(0), _STOP
                scores[k], trace[k] = score, move
                if score > best:
                    best, best_i, best_k = score, i, first + k
        above, row = row, above
    if best == 0:
        return 0
    return _trace_back(passage, document, low, moves, best_i, best_k, pairs)


@njit(nogil=True, cache=True)
def _trace_back(passage: Any, document: Any, low: int, moves: Any, i: int, k: int, pairs: Any) -> int:
    found = 0
    while i >= 0 and 0 <= k < moves.shape[1] and moves[i, k] != _STOP:
        move = moves[i, k]
        if move == _DIAGONAL:
            if document[low + i + k] == passage[i]:
                pairs[found, 0], pairs[found, 1] = i, low + i + k
                found += 1
            i -= 1
        elif move == _UP:
            i, k = i - 1, k + 1
        else:
            k -= 1
    for left in range(found // 2):
        right = found - 1 - left
        for side in range(2):
            pairs[left, side], pairs[right, side] = pairs[right, side], pairs[left, side]
    return found


@njit(nogil=True, cache=True)
def stands_at(passage: Any, document: Any, count: int, offset: int) -> bool:
    """Whether the whole passage stands word for word at an offset."""
    if offset < 0 or offset + passage.size > count:
        return False
    for i in range(passage.size):
        if document[offset + i] != passage[i]:
            return False
    return True
