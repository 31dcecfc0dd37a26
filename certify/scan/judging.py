"""From the hits of one block to its tally: judged, confirmed on the text, counted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import compress
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from certify.errors import InternalError
from certify.scan.blocks import Block
from certify.scan.decide import EXACT, LOOKALIKE, PARTIAL, PASSAGE, REORDERED, TWIN, judge
from certify.scan.index import Index
from certify.scan.kernel import rows as column
from certify.scan.kernel.lookup import GRAM
from certify.scan.normalise import words
from certify.scan.reading.cutting import batch_of, blocks_of
from certify.scan.report import MAX_SPANS
from certify.scan.run_counts import RunCounts
from certify.scan.searcher import Hits, Searcher
from certify.scan.tally import Copy, Tally

TULU_SHARE, LLAMA_SHARE = 0.5, 0.8
"""Shares of a passage's words from which the rules of Tülu 3 and of Llama 2 ("dirty") flag it."""

FEW = 3
"""Template twins and shared passages of one text that are kept of a block; all are counted."""

_MOST_RUNS = 64
_WHOLE_RUN = re.compile(b"(?=" + GRAM * rb"\x01" + b")")


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


def scan_block(
    searcher: Searcher, block: Block, *, excerpts: bool = False, full: Collection[tuple[int, int]] = ()
) -> Tally:
    """What one block holds.

    Where the block's text is not the documents themselves, copies are looked up in the documents; a document that does
    not hold them as they stand is searched itself.

    Args:
        searcher: what to look for.
        block: where.
        excerpts: whether to keep the text of copies.
        full: pairs of passage and judgement of which no further copy is needed; those are counted alone.

    Raises:
        InternalError: CERT-E039, a span does not hold the words it was reported for.
    """
    judged = judge_block(searcher, block)
    if block.row_text is None:
        return _tally(searcher.index, judged, excerpts, full)
    places, again = _own_places(judged, block.row_text, full)
    tally = _tally(searcher.index, judged, excerpts, full, without=again, places=places)
    for own in blocks_of(batch_of(list(again.values()), list(again))) if again else ():
        found = _tally(searcher.index, judge_block(searcher, own), excerpts, full)
        found.runs.clear()  # counted with the block
        tally.add(found)
    return tally


def _own_places(
    judged: Judged, row_text: Callable[[int], bytes], full: Collection[tuple[int, int]]
) -> tuple[dict[int, int], dict[int, bytes]]:
    """Where what was found begins in the documents of its rows; and by row the documents where that cannot be told."""
    places: dict[int, int] = {}
    again: dict[int, bytes] = {}
    by_row: dict[int, list[int]] = {}
    numbers = np.flatnonzero(judged.kept)
    kinds = zip(judged.passages[numbers].tolist(), judged.judgements[numbers].tolist(), strict=True)
    for number, row, kind in zip(numbers.tolist(), judged.documents[numbers].tolist(), kinds, strict=True):
        if kind not in full or not _is_sure_of_a_place(judged, number):
            by_row.setdefault(row, []).append(number)
    for row in sorted(by_row):
        document = row_text(row)
        for number in by_row[row]:
            place = _same_place(judged, number, document)
            if place is None:
                again[row] = document
                break
            places[number] = place
    return places, again


def _is_sure_of_a_place(judged: Judged, number: int) -> bool:
    """Whether the document must hold a stretch of the block as often as its piece: it is a part of one line.

    A piece that is a whole row holds the lines of its document, in another order.
    """
    block, (piece, begin, end) = judged.block, judged.stretches[number]
    data = judged.piece(piece)
    whole = int(block.bases[piece]) == 0 and int(block.owned[piece]) == len(data)
    return whole and data.find(b"\n", begin, end) < 0


def _same_place(judged: Judged, number: int, document: bytes) -> int | None:
    """Where a document, which may hold a text several times, holds the one that begins here in a piece."""
    piece, begin, end = judged.stretches[number]
    data = judged.piece(piece)
    found, size = data[begin:end], end - begin
    at, before = data.find(found), 0
    while at < begin:
        at, before = data.find(found, at + size), before + 1
    sure = _is_sure_of_a_place(judged, number)
    if at != begin or not (sure or data.count(found) == document.count(found)):
        return None
    place = document.find(found)
    for _ in range(before):
        place = document.find(found, place + size)
    return place if place >= 0 else None


def _tally(
    index: Index,
    judged: Judged,
    excerpts: bool,
    full: Collection[tuple[int, int]],
    *,
    without: Collection[int] = (),
    places: Mapping[int, int] = MappingProxyType({}),
) -> Tally:
    hits, judgements, passages = judged.hits, judged.judgements, judged.passages
    rows, own = hits.rows, ~np.isin(judged.documents, list(without))
    tally = Tally()
    # Assigned, because a constructor would check every count.
    tally.runs = RunCounts(hits.touched, hits.times)
    tally.thirteen = set(hits.thirteen.tolist())
    tally.eights = set(passages[own & (rows[:, column.EIGHTS] > TULU_SHARE)].tolist())
    tally.tens = set(passages[own & (rows[:, column.TENS] >= LLAMA_SHARE)].tolist())
    counted = own & (judgements >= PASSAGE) & ~_outdone(judged, own)
    kinds, times = np.unique(passages[counted] << 8 | judgements[counted], return_counts=True)
    for kind, count in zip(kinds.tolist(), times.tolist(), strict=True):
        tally.count(kind >> 8, kind & 0xFF, count)
    found: dict[int, list[Copy]] = {}
    confirmed = cache(partial(_confirmed, index))
    for number in np.flatnonzero(counted & judged.kept).tolist():
        passage = int(passages[number])
        if (passage, int(judgements[number])) not in full:
            found.setdefault(passage, []).append(_copy(judged, number, confirmed, places.get(number), excerpts))
    for passage, copies in found.items():
        tally.keep(passage, copies)
    tally.resembled.update(_resembled(judged, own, without))
    return tally


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


def _outdone(judged: Judged, own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows of less than a copy in order whose text has one in the same piece."""
    better = judged.pairs[own & (judged.judgements >= PARTIAL)]
    return (judged.judgements < PARTIAL) & np.isin(judged.pairs, better)


def _resembled(judged: Judged, own: NDArray[np.bool_], without: Collection[int]) -> list[int]:
    """Passages that pieces resemble without holding a copy, once a piece; twins and shared passages are among them."""
    pairs, judgements = judged.pairs, judged.judgements
    touched = judged.hits.resembled.astype(np.int64)
    touched = touched[~np.isin(judged.block.rows[touched[:, 0]], list(without))]
    alike = np.concatenate([
        pairs[own & (judgements >= LOOKALIKE) & (judgements <= TWIN)],
        touched[:, 0] << 32 | touched[:, 1],
    ])  # fmt: skip
    alike = np.setdiff1d(alike, pairs[own & (judgements >= REORDERED)])
    passages: list[int] = (alike & 0xFFFFFFFF).tolist()
    return passages


class _Confirmed(NamedTuple):
    """What a stretch of text holds of a passage."""

    text: str
    sha256: str
    runs: tuple[int, ...]
    """Runs of five words that were matched."""


def _copy(
    judged: Judged, number: int, confirmed: Callable[..., _Confirmed | None], start: int | None, excerpts: bool
) -> Copy:
    block, judgement = judged.block, int(judged.judgements[number])
    row, (piece, begin, end) = judged.hits.rows[number].tolist(), judged.stretches[number]
    passage, first = int(row[column.PASSAGE]), int(row[column.MARKS])
    data = judged.piece(piece)[begin:end]
    marks = judged.hits.marks[first : first + int(judged.lengths[passage])].tobytes()
    found = confirmed(passage, data, marks, row[column.KIND] == column.ALIGNED)
    document = int(block.rows[piece])
    if found is None:
        what = f"row {document + 1} does not hold the words found there"
        raise InternalError("CERT-E039", what, "The scan contradicts itself.", "Please report this.")
    if start is None:
        start = int(block.bases[piece]) + begin
    return Copy(
        judgement=judgement,
        row=document,
        start=start,
        end=start + len(data),
        share=round(row[column.WORDS], 4),
        answered=bool(row[column.ANSWERED]),
        sha256=found.sha256,
        excerpt=found.text if excerpts else None,
        runs=found.runs if judgement < EXACT else (),
    )


def _confirmed(index: Index, passage: int, data: bytes, marks: bytes, in_order: bool) -> _Confirmed | None:
    """What the text of a match is known by, if it holds the words of the passage that are marked; else None."""
    wanted = list(compress(index.passages.words[passage], marks))
    text = data.decode("utf-8", "surrogatepass")
    if not (_holds_in_order if in_order else _holds)(words(text), wanted):
        return None
    return _Confirmed(text, hashlib.sha256(data).hexdigest(), _matched_runs(index, passage, marks))


def _matched_runs(index: Index, passage: int, marks: bytes) -> tuple[int, ...]:
    """Runs of five words that were found whole, at most 64 of them, evenly spread."""
    whole = [match.start() for match in _WHOLE_RUN.finditer(marks)]
    step = max(1, -(-len(whole) // _MOST_RUNS))
    return tuple(index.runs_of(passage)[whole[::step]].tolist())


def _holds_in_order(text: list[str], wanted: list[str]) -> bool:
    if text == wanted:
        return True
    at = 0
    try:
        for word in wanted:
            at = text.index(word, at) + 1
    except ValueError:
        return False
    return True


def _holds(text: list[str], wanted: list[str]) -> bool:
    return set(wanted) <= set(text)
