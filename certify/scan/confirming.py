"""Matches confirmed on the text they were reported for."""

from __future__ import annotations

import hashlib
import re
from functools import cache, partial
from itertools import compress
from typing import NamedTuple

from certify.errors import InternalError
from certify.scan.decide import EXACT
from certify.scan.index import Index
from certify.scan.judging import Judged
from certify.scan.kernel import rows as column
from certify.scan.kernel.lookup import GRAM
from certify.scan.normalise import words
from certify.scan.tally import Copy

_MOST_RUNS = 64
_WHOLE_RUN = re.compile(b"(?=" + GRAM * rb"\x01" + b")")


class _Confirmed(NamedTuple):
    """What a stretch of text holds of a passage."""

    text: str
    sha256: str
    runs: tuple[int, ...]
    """Runs of five words that were matched."""


class Confirmer:
    """Makes copies of matches of one block; a text that stands there often is looked at once.

    Args:
        index: what was looked for.
        excerpts: whether copies keep their text.
    """

    def __init__(self, index: Index, excerpts: bool) -> None:
        self._confirmed, self._excerpts = cache(partial(_confirmed, index)), excerpts

    def copy(self, judged: Judged, number: int, start: int | None) -> Copy:
        """A row as a copy.

        Args:
            judged: the block.
            number: which of its rows.
            start: where it begins in its document; None where the block's own text says so.

        Raises:
            InternalError: CERT-E039, the text does not hold the words it was reported for.
        """
        block, judgement = judged.block, int(judged.judgements[number])
        row, (piece, begin, end) = judged.hits.rows[number].tolist(), judged.stretches[number]
        passage, first = int(row[column.PASSAGE]), int(row[column.MARKS])
        data = judged.piece(piece)[begin:end]
        marks = judged.hits.marks[first : first + int(judged.lengths[passage])].tobytes()
        found = self._confirmed(passage, data, marks, row[column.KIND] == column.ALIGNED)
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
            excerpt=found.text if self._excerpts else None,
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
