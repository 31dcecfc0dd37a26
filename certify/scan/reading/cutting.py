"""Documents back to back, cut into pieces that the search takes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from certify.scan.blocks import OVERLAP, PIECE, SLACK, Block

BLOCK = 4 << 20
"""Bytes of text in a block, about."""

_REACH = 256
"""How far back a cut looks for white space, so that it divides no word."""


class Batch(NamedTuple):
    """Whole documents back to back."""

    text: Any
    """uint8; perhaps with other bytes behind the last document."""
    starts: Any
    """int64, one more than there are documents."""
    rows: Any
    """int64, the row of each."""
    row_text: Callable[[int], bytes] | None = None
    """As in a block."""


def batch_of(texts: Sequence[bytes], rows: Sequence[int]) -> Batch:
    """A batch out of separate documents."""
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=starts[1:])
    return Batch(np.frombuffer(bytearray().join(texts), np.uint8), starts, np.asarray(rows, np.int64))


def blocks_of(batch: Batch) -> Iterator[Block]:
    """The documents in blocks of about 4 MiB, long ones cut; those without text take no part."""
    kept = np.flatnonzero(np.diff(batch.starts))
    starts = np.append(batch.starts[kept], batch.starts[-1])
    batch = batch._replace(starts=starts, rows=batch.rows[kept])
    first = 0
    for long in np.flatnonzero(np.diff(starts) > PIECE):
        yield from _short(batch, first, int(long))
        text = batch.text[starts[long] : starts[long + 1]]
        yield from document_blocks(text, int(batch.rows[long]), 0, last=True, row_text=batch.row_text)[0]
        first = int(long) + 1
    yield from _short(batch, first, len(kept))


def _short(batch: Batch, first: int, last: int) -> Iterator[Block]:
    while first < last:
        begin = int(batch.starts[first])
        full = int(np.searchsorted(batch.starts, begin + BLOCK, "right")) - 1
        stop = min(last, max(first + 1, full))
        starts = batch.starts[first : stop + 1] - begin
        text = batch.text[begin : begin + int(starts[-1]) + SLACK]
        bases = np.zeros(stop - first, np.int64)
        yield _sealed(Block(text, starts, batch.rows[first:stop], bases, np.diff(starts), batch.row_text))
        first = stop


def document_blocks(
    text: Any, row: int, base: int, *, last: bool, row_text: Callable[[int], bytes] | None = None
) -> tuple[list[Block], int]:
    """A long document in blocks, and the byte of ``text`` up to which it was handed over.

    Args:
        text: a part of the document.
        row: its row.
        base: where in the document that part begins.
        last: whether the document ends with it; if not, less than a piece is left for the next part.
        row_text: as in a block.
    """
    pieces: list[tuple[int, int, int]] = []
    at = 0
    while len(text) - at > PIECE or (last and len(text) > at):
        if len(text) - at <= PIECE:
            pieces.append((at, len(text), len(text) - at))
            at = len(text)
        else:
            end = _boundary(text, at + PIECE)
            following = _boundary(text, end - OVERLAP)
            pieces.append((at, end, following - at))
            at = following
    together = max(1, BLOCK // PIECE)
    groups = (pieces[n : n + together] for n in range(0, len(pieces), together))
    return [_joined(text, group, row, base, row_text) for group in groups], at


def _joined(text: Any, pieces: list[tuple[int, int, int]], row: int, base: int, row_text: Any) -> Block:
    starts = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([end - begin for begin, end, _ in pieces], out=starts[1:])
    block = Block(
        np.concatenate([text[begin:end] for begin, end, _ in pieces]),
        starts,
        np.full(len(pieces), row, np.int64),
        np.array([base + begin for begin, _, _ in pieces], np.int64),
        np.array([owned for _, _, owned in pieces], np.int64),
        row_text,
    )
    return _sealed(block)


def _sealed(block: Block) -> Block:
    # Text out of Arrow cannot be written to, and compiled code has one form for each kind of array: one is enough.
    block.text.setflags(write=False)
    return block


def _boundary(text: Any, at: int) -> int:
    """The nearest place at or before ``at`` behind white space, or at least one between two characters."""
    window = text[max(0, at - min(_REACH, OVERLAP // 4)) : at]
    spaces = np.flatnonzero(window <= 32)
    if len(spaces):
        return at - len(window) + int(spaces[-1]) + 1
    while at > 0 and text[at] & 0xC0 == 0x80:
        at -= 1
    return at
