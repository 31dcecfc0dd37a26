"""From the hits of one block to its tally: judged, confirmed on the text, counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType

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


@dataclass(frozen=True)
class Judged:
    """Hits of a block with their judgements, one for each row."""

    block: Block
    hits: Hits
    judgements: NDArray[np.int8]

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

    def stretch(self, number: int) -> bytes:
        """The bytes that a row was found in."""
        row = self.hits.rows[number]
        begin = int(self.block.starts[int(row[column.PIECE])])
        return self.block.text[begin + int(row[column.START]) : begin + int(row[column.END])].tobytes()

    def piece(self, piece: int) -> bytes:
        """The bytes of a piece."""
        return self.block.text[int(self.block.starts[piece]) : int(self.block.starts[piece + 1])].tobytes()

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
    lengths = np.diff(texts.first)[hits.rows[:, column.PASSAGE].astype(np.intp)]
    judged = Judged(block, hits, judge(hits.rows, lengths, texts.chance))
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
    places, again = _own_places(judged, block.row_text)
    tally = _tally(searcher.index, judged, excerpts, full, without=again, places=places)
    for own in blocks_of(batch_of(list(again.values()), list(again))) if again else ():
        found = _tally(searcher.index, judge_block(searcher, own), excerpts, full)
        found.runs.clear()  # counted with the block
        tally.add(found)
    return tally


def _own_places(judged: Judged, row_text: Callable[[int], bytes]) -> tuple[dict[int, int], dict[int, bytes]]:
    """Where what was found begins in the documents of its rows; and by row the documents where that cannot be told."""
    places: dict[int, int] = {}
    again: dict[int, bytes] = {}
    piece = cache(judged.piece)
    numbers = np.flatnonzero(judged.kept)
    for row in sorted(set(judged.documents[numbers].tolist())):
        document = row_text(row)
        for number in numbers[judged.documents[numbers] == row].tolist():
            hit = judged.hits.rows[number]
            held = piece(int(hit[column.PIECE]))
            place = _same_place(judged.stretch(number), int(hit[column.START]), held, document)
            if place is None:
                again[row] = document
                break
            places[number] = place
    return places, again


def _same_place(found: bytes, start: int, piece: bytes, document: bytes) -> int | None:
    """Where a document, which may hold a text several times, holds the one that begins here in a piece."""
    here, there = _places_of(found, piece), _places_of(found, document)
    return there[here.index(start)] if len(here) == len(there) and start in here else None


def _places_of(part: bytes, text: bytes) -> list[int]:
    places, at = [], text.find(part)
    while at >= 0:
        places.append(at)
        at = text.find(part, at + len(part))
    return places


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
    for passage, judgement in zip(passages[counted].tolist(), judgements[counted].tolist(), strict=True):
        tally.count(passage, judgement)
    found: dict[int, list[Copy]] = {}
    for number in np.flatnonzero(counted & judged.kept).tolist():
        passage = int(passages[number])
        if (passage, int(judgements[number])) not in full:
            found.setdefault(passage, []).append(_confirmed(index, judged, number, places.get(number), excerpts))
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


def _confirmed(index: Index, judged: Judged, number: int, start: int | None, excerpts: bool) -> Copy:
    block, row = judged.block, judged.hits.rows[number]
    piece, passage = int(row[column.PIECE]), int(row[column.PASSAGE])
    data = judged.stretch(number)
    expected = index.passages.words[passage]
    marks = judged.hits.marks[int(row[column.MARKS]) : int(row[column.MARKS]) + len(expected)]
    wanted = [word for word, mark in zip(expected, marks, strict=True) if mark]
    text = data.decode("utf-8", "surrogatepass")
    holds = _holds_in_order if row[column.KIND] == column.ALIGNED else _holds
    if not holds(words(text), wanted):
        what = f"row {int(block.rows[piece]) + 1} does not hold the words found there"
        raise InternalError("CERT-E039", what, "The scan contradicts itself.", "Please report this.")
    if start is None:
        start = int(block.bases[piece]) + int(row[column.START])
    judgement = int(judged.judgements[number])
    return Copy(
        judgement=judgement,
        row=int(block.rows[piece]),
        start=start,
        end=start + len(data),
        share=round(float(row[column.WORDS]), 4),
        answered=bool(row[column.ANSWERED]),
        sha256=hashlib.sha256(data).hexdigest(),
        excerpt=text if excerpts else None,
        runs=_matched_runs(index, passage, marks) if judgement < EXACT else (),
    )


def _matched_runs(index: Index, passage: int, marks: NDArray[np.uint8]) -> tuple[int, ...]:
    """Runs of five words that were found whole, at most 64 of them, evenly spread."""
    runs = index.runs_of(passage)
    last = marks.size - GRAM + 1
    whole = np.flatnonzero(np.logical_and.reduce([marks[step : last + step] for step in range(GRAM)]))
    step = max(1, -(-whole.size // _MOST_RUNS))
    return tuple(runs[whole[::step]].tolist())


def _holds_in_order(text: list[str], wanted: list[str]) -> bool:
    remaining = iter(text)
    return all(word in remaining for word in wanted)


def _holds(text: list[str], wanted: list[str]) -> bool:
    return set(wanted) <= set(text)
