"""The hits of one block, judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from certify.scan.blocks import Block
from certify.scan.decide import LOOKALIKE, PASSAGE, REORDERED, judge
from certify.scan.kernel import rows as column
from certify.scan.kernel.lookup import GRAM
from certify.scan.report import MAX_SPANS
from certify.scan.searcher import Hits, Searcher

FEW = 3
"""Template twins and shared passages of one text that are kept of a block; all are counted."""


@dataclass(frozen=True)
class Judged:
    """Hits of a block with their judgements, one for each row."""

    block: Block
    hits: Hits
    judgements: NDArray[np.int8]
    lengths: NDArray[np.int32]
    """Words of each passage."""

    @cached_property
    def passages(self) -> NDArray[np.int64]:
        """For each row its passage."""
        return self.hits.rows[:, column.PASSAGE].astype(np.int64)

    @cached_property
    def pairs(self) -> NDArray[np.int64]:
        """For each row one number that stands for its piece and passage."""
        return self.hits.rows[:, column.PIECE].astype(np.int64) << 32 | self.passages

    @cached_property
    def documents(self) -> NDArray[np.int64]:
        """For each row the row of the shard that it stands in."""
        found: NDArray[np.int64] = self.block.rows[self.hits.rows[:, column.PIECE].astype(np.intp)]
        return found

    def piece(self, piece: int) -> bytes:
        """The bytes of a piece."""
        if piece not in self._pieces:
            first, last = self.block.starts[piece : piece + 2].tolist()
            self._pieces[piece] = self.block.text[first:last].tobytes()
        return self._pieces[piece]

    @cached_property
    def _pieces(self) -> dict[int, bytes]:
        """Those that somebody asked for: a copy of all would cost more than what few matches need."""
        return {}

    @cached_property
    def stretches(self) -> list[tuple[int, int, int]]:
        """For each row its piece, and where in it what was found begins and ends."""
        columns = self.hits.rows[:, [column.PIECE, column.START, column.END]].astype(np.int64)
        return [(piece, begin, end) for piece, begin, end in columns.tolist()]

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Rows whose place is worth having: of each text the first hundred copies, a few twins and shared passages."""
        numbers = np.flatnonzero(self.judgements >= PASSAGE)
        kinds = self.passages[numbers] << 8 | self.judgements[numbers]
        order = np.argsort(kinds, kind="stable")
        rank = np.arange(order.size) - np.searchsorted(kinds[order], kinds[order])
        most = np.where(self.judgements[numbers[order]] >= REORDERED, MAX_SPANS, FEW)
        kept = np.zeros(self.judgements.size, dtype=bool)
        kept[numbers[order[rank < most]]] = True
        return kept


def judge_block(searcher: Searcher, block: Block) -> Judged:
    """Searches a block and judges what is found."""
    hits, texts = searcher.search(block), searcher.index.texts
    lengths = np.diff(texts.first)
    found = lengths[hits.rows[:, column.PASSAGE].astype(np.intp)]
    judged = Judged(block, hits, judge(hits.rows, found, texts.chance), lengths)
    judged.judgements[_in_order(judged)] = LOOKALIKE
    return judged


def _in_order(judged: Judged) -> NDArray[np.bool_]:
    """Rows judged reordered that hold no run of words more than what was matched in order in the same piece."""
    rows, pairs = judged.hits.rows, judged.pairs
    shuffled = judged.judgements == REORDERED
    aligned = np.flatnonzero((rows[:, column.KIND] == column.ALIGNED) & np.isin(pairs, pairs[shuffled]))
    most: dict[int, float] = {}
    for number in aligned.tolist():
        most[int(pairs[number])] = max(most.get(int(pairs[number]), 0.0), float(rows[number, column.MATCHED]))
    ordered = np.array([most.get(int(pair), 0.0) for pair in pairs[shuffled]])
    result = np.zeros(rows.shape[0], dtype=bool)
    result[shuffled] = rows[shuffled, column.MATCHED] < ordered + GRAM
    return result
