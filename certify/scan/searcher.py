"""The compiled search behind one method: buffers and padding are seen to here."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from certify.scan.blocks import Block
from certify.scan.folds import FoldTable, fold_table
from certify.scan.index import Index
from certify.scan.kernel import rows as column
from certify.scan.kernel import search as kernel
from certify.scan.kernel.words import PADDING


class Hits(NamedTuple):
    """What one block holds, before anything is judged."""

    rows: NDArray[np.float64]
    """One match each; columns are named in ``certify.scan.kernel.rows``."""
    marks: NDArray[np.uint8]
    """For each row, from its column ``MARKS`` on, one byte for each word of its passage: whether it was found."""
    touched: NDArray[np.int32]
    """Numbers of runs of five words found, each once."""
    times: NDArray[np.int32]
    """Pieces that hold each of them."""
    resembled: NDArray[np.int32]
    """(piece, passage) where half of the words are there and too little of what is telling."""
    thirteen: NDArray[np.intp]
    """Passages of which a run of thirteen words was found."""


class Searcher:
    """Searches blocks, in any thread; made anew from its index where it is sent to another process."""

    def __init__(self, index: Index, folds: FoldTable | None = None) -> None:
        self.index = index
        self._folds = folds or fold_table()
        self._size = 1
        self._own = threading.local()

    def __reduce__(self) -> tuple[type[Searcher], tuple[Index]]:
        return Searcher, (self.index,)

    def search(self, block: Block) -> Hits:
        """All matches in a block that begin in the part of a piece that is its own."""
        index = self.index
        text, bounds = _padded(block), np.ascontiguousarray(block.starts, dtype=np.int64)
        used = np.zeros(4, dtype=np.int64)
        size = self._size
        while True:
            into = _buffers(size, len(index.passages))
            count = kernel.search(
                text, bounds, index.table, index.postings, index.thirteen, index.thirteen_postings, index.texts,
                index.stride, self._folds.entries, self._folds.pool, self._workspace(), into, used,
            )  # fmt: skip
            if count >= 0:
                break
            size *= 4
        self._size = max(self._size, size)  # threads that overflow at once grow it once
        rows = into.rows[:count]
        pieces = rows[:, column.PIECE].astype(np.intp)
        return Hits(
            rows=rows[rows[:, column.START] < block.owned[pieces]].copy(),
            marks=into.marks[: used[1]].copy(),
            touched=into.touched[: used[3]].copy(),
            times=into.times[: used[3]].copy(),
            resembled=into.resembled[: used[2]].copy(),
            thirteen=np.flatnonzero(into.thirteen),
        )

    def _workspace(self) -> kernel.Workspace:
        """That of this thread: for an index of millions of runs it is worth keeping."""
        if not hasattr(self._own, "work"):
            sizes = (self.index.table.keys.size, len(self.index.passages), len(self.index.passages))
            self._own.work = kernel.Workspace(*(np.zeros(size, dtype=np.int32) for size in sizes))
        found: kernel.Workspace = self._own.work
        return found


def _padded(block: Block) -> NDArray[np.uint8]:
    end = int(block.starts[-1])
    if block.text.size >= end + PADDING:
        text = block.text.view()
    else:
        text = np.concatenate([block.text[:end], np.zeros(PADDING, dtype=np.uint8)])
    # Some readers give text that cannot be written to, which the compiler takes for another type: one is enough.
    text.setflags(write=False)
    return text


def _buffers(size: int, passages: int) -> Any:
    return column.Found(
        rows=np.empty((1024 * size, column.COLUMNS), dtype=np.float64),
        marks=np.empty((1 << 17) * size, dtype=np.uint8),
        touched=np.empty((1 << 16) * size, dtype=np.int32),
        times=np.empty((1 << 16) * size, dtype=np.int32),
        last=np.empty((1 << 16) * size, dtype=np.int32),
        resembled=np.empty((4096 * size, 2), dtype=np.int32),
        thirteen=np.zeros(passages, dtype=np.uint8),
    )
