"""From one block to its tally: judged, confirmed on the text, counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from certify.scan.blocks import Block
from certify.scan.confirming import Confirmer
from certify.scan.decide import LOOKALIKE, PARTIAL, PASSAGE, REORDERED, TWIN
from certify.scan.index import Index
from certify.scan.judging import Judged, judge_block
from certify.scan.kernel import rows as column
from certify.scan.placing import own_places
from certify.scan.reading.cutting import batch_of, blocks_of
from certify.scan.run_counts import RunCounts
from certify.scan.searcher import Searcher
from certify.scan.tally import Copy, Tally

TULU_SHARE, LLAMA_SHARE = 0.5, 0.8
"""Shares of a passage's words from which the rules of Tülu 3 and of Llama 2 ("dirty") flag it."""


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
    places, again = own_places(judged, block.row_text, full)
    tally = _tally(searcher.index, judged, excerpts, full, without=again, places=places)
    for own in blocks_of(batch_of(list(again.values()), list(again))) if again else ():
        found = _tally(searcher.index, judge_block(searcher, own), excerpts, full)
        found.runs.clear()  # counted with the block
        tally.add(found)
    return tally


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
    confirmer = Confirmer(index, excerpts)
    for number in np.flatnonzero(counted & judged.kept).tolist():
        passage = int(passages[number])
        if (passage, int(judgements[number])) not in full:
            found.setdefault(passage, []).append(confirmer.copy(judged, number, places.get(number)))
    for passage, copies in found.items():
        tally.keep(passage, copies)
    tally.resembled.update(_resembled(judged, own, without))
    return tally


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
