"""Where what was found in a block stands in its documents, where the block holds their text in another order."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from certify.scan.judging import Judged


def own_places(
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
