"""The best ordered match between a problem and a stretch of a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_MATCH, _MISMATCH, _GAP = 10, -6, -5
_STOP, _DIAGONAL, _UP, _LEFT = 0, 1, 2, 3


class Alignment(NamedTuple):
    """Which words of the problem stand where in the document, in order."""

    pairs: tuple[tuple[int, int], ...]
    """(position in the problem, position in the document) of equal words, both rising; never empty."""

    @property
    def first(self) -> int:
        """First matched word of the problem."""
        return self.pairs[0][0]

    @property
    def last(self) -> int:
        """Last matched word of the problem."""
        return self.pairs[-1][0]

    @property
    def start(self) -> int:
        """First word of the span in the document."""
        return self.pairs[0][1]

    @property
    def end(self) -> int:
        """One past the last word of the span in the document."""
        return self.pairs[-1][1] + 1

    @property
    def longest_run(self) -> int:
        """Most neighbouring words matched without an interruption on either side."""
        best = run = 1
        for (i, j), (k, m) in zip(self.pairs, self.pairs[1:], strict=False):
            run = run + 1 if (k, m) == (i + 1, j + 1) else 1
            best = max(best, run)
        return best


def exact(item: Sequence[str], document: Sequence[str], offset: int) -> Alignment | None:
    """The whole problem word for word at ``offset``, or None."""
    if offset < 0 or list(document[offset : offset + len(item)]) != list(item):
        return None
    return Alignment(tuple((i, offset + i) for i in range(len(item))))


def align(item: Sequence[str], document: Sequence[str], low: int, high: int) -> Alignment | None:
    """The best local match with document position minus problem position in [low, high].

    Every word counts alike here, so that the match runs on through the fixed words of a template and meets
    the words that differ; how much each word tells is weighed afterwards.

    Source: Smith and Waterman (1981), restricted to a band of diagonals.
    """
    width = high - low + 1
    best, best_at = 0, (0, 0)
    moves: list[bytearray] = []
    above = [0] * (width + 2)
    for i, word in enumerate(item):
        row = [0] * (width + 2)
        trace = bytearray(width)
        for k in range(max(0, -(low + i)), min(width, len(document) - low - i)):
            step = above[k + 1] + (_MATCH if document[low + i + k] == word else _MISMATCH)
            move = _DIAGONAL
            # One problem word further lies one diagonal back, hence k + 2 above and k to the left.
            if above[k + 2] + _GAP > step:
                step, move = above[k + 2] + _GAP, _UP
            if row[k] + _GAP > step:
                step, move = row[k] + _GAP, _LEFT
            if step > 0:
                row[k + 1] = step
                trace[k] = move
                if step > best:
                    best, best_at = step, (i, k)
        moves.append(trace)
        above = row
    return _trace_back(item, document, low, moves, best_at) if best else None


def _trace_back(
    item: Sequence[str], document: Sequence[str], low: int, moves: list[bytearray], at: tuple[int, int]
) -> Alignment:
    i, k = at
    pairs = []
    while i >= 0 and 0 <= k < len(moves[i]) and (move := moves[i][k]) != _STOP:
        if move == _DIAGONAL:
            if document[low + i + k] == item[i]:
                pairs.append((i, low + i + k))
            i -= 1
        elif move == _UP:
            i, k = i - 1, k + 1
        else:
            k -= 1
    return Alignment(tuple(reversed(pairs)))
