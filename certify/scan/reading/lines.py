"""JSON Lines: whole lines out of a stream of bytes, and their text out of the compiled lexer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from certify.scan.blocks import SLACK, Block
from certify.scan.reading import losses
from certify.scan.reading.cutting import Batch, batch_of, blocks_of
from certify.scan.reading.losses import Damage, Job, Rejected
from certify.scan.reading.records import column_of, parse, text_of

CHUNK = 4 << 20
"""Bytes read at once."""


class Source(Protocol):
    """Bytes in their order."""

    def readinto(self, view: memoryview) -> int:
        """Fills the beginning of ``view``; how many bytes, 0 at the end. Raises Damage where it cannot go on."""


class Lines(NamedTuple):
    """Whole lines, or one that is too large to be held."""

    raw: Any
    """uint8, the lines and 64 bytes more."""
    ends: Any
    """int64, where each ends, past its line feed; empty for a line that was passed over."""
    row: int
    """Number of the first one."""
    passed: int = 0
    """Bytes of the line that was passed over."""


def fill(source: Source, buffer: Any, filled: int) -> tuple[int, bool, Damage | None]:
    """Fills ``buffer`` from ``filled`` on; up to where, whether the source has ended, and the damage that ended it."""
    view = memoryview(buffer)
    while filled < len(buffer):
        try:
            count = source.readinto(view[filled:])
        except Damage as damage:
            return filled, True, damage
        if not count:
            return filled, True, None
        filled += count
    return filled, False, None


def whole_lines(source: Source, size: int | None = None) -> Iterator[Lines]:
    """The lines of a source, about ``size`` bytes at a time.

    Raises:
        Damage: after the last whole line before it.
    """
    from certify.scan.kernel.json_strings import line_ends

    size = size or CHUNK
    row, kept, ended, damage = 0, np.empty(0, np.uint8), False, None
    places = np.empty(0, np.int64)
    while not ended or len(kept):
        room = max(size, len(kept), min(2 * len(kept), losses.MAX_RECORD + 1))
        raw = np.empty(room + SLACK, np.uint8)
        raw[: len(kept)] = kept
        filled = len(kept)
        if not ended:
            filled, ended, damage = fill(source, raw[:-SLACK], filled)
        if len(places) <= filled:
            places = np.empty(filled + 1, np.int64)
        count = line_ends(raw, 0, filled, places)
        whole = int(places[count - 1]) if count else 0
        if ended and damage is None and whole < filled:
            places[count] = whole = filled
            count += 1
        if count:
            yield Lines(raw[: whole + SLACK], places[:count].copy(), row)
            row += count
        kept = raw[whole:filled] if not ended else raw[:0]
        if len(kept) > losses.MAX_RECORD:
            passed, kept, ended, damage = _pass_over(source, len(kept), size)
            yield Lines(raw, places[:0], row, passed)
            row += 1
    if damage is not None:
        raise damage


def _pass_over(source: Source, passed: int, size: int) -> tuple[int, Any, bool, Damage | None]:
    """Reads past the end of a line; its bytes, what was read behind it, and whether and why the source ended."""
    buffer = np.empty(size, np.uint8)
    while True:
        filled, ended, damage = fill(source, buffer, 0)
        found = np.flatnonzero(buffer[:filled] == 10)
        if len(found):
            end = int(found[0]) + 1
            return passed + end, buffer[end:filled], ended, damage
        passed += filled
        if ended:
            return passed, buffer[:0], True, damage


def json_lines(source: Source, job: Job, *, plain: bool) -> Iterator[Block]:
    """The documents of JSON Lines.

    Args:
        source: the lines.
        job: takes the counts and the lines that could not be read.
        plain: whether bytes of the source are bytes of the shard as it is stored.

    Raises:
        Damage: the source breaks off.
    """
    for lines in whole_lines(source):
        if lines.passed:
            job.lose(lines.row, lines.passed if plain else 0, losses.TOO_LARGE)
        elif job.text_field is None:
            yield from blocks_of(lexed(lines, job, plain=plain))
        else:
            yield from blocks_of(_one_column(lines, job, plain=plain))


def lexed(lines: Lines, job: Job, *, plain: bool) -> Batch:
    """All text of these lines, each one's strings in the order in which they stand in it."""
    from certify.scan.kernel.json_strings import BLANK, MAX_DEPTH, lex_lines

    raw, ends = lines.raw, lines.ends
    text, stops = np.empty(len(raw) + SLACK, np.uint8), np.empty(len(ends), np.int64)
    stack = np.empty(MAX_DEPTH, np.uint8)
    number, written = lex_lines(raw, ends, 0, text, 0, stops, stack)
    while number < len(ends):
        line = _line(lines, number)
        stops[number] = BLANK
        try:
            if line.strip():
                found = np.frombuffer(text_of(parse(line)), np.uint8)
                text[written : written + len(found)] = found
                stops[number] = written = written + len(found)
        except Rejected as reason:
            job.lose(lines.row + number, len(line) if plain else 0, str(reason))
        number, written = lex_lines(raw, ends, number + 1, text, written, stops, stack)
    documents = np.flatnonzero(stops != BLANK)
    job.documents += len(documents)
    starts = np.concatenate((np.zeros(1, np.int64), stops[documents]))
    return Batch(text[: written + SLACK], starts, documents + lines.row, _RowText(lines))


class _RowText:
    """The document of a line, main column first, out of the line itself."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __call__(self, row: int) -> bytes:
        return text_of(parse(_line(self._lines, row - self._lines.row)))


def _line(lines: Lines, number: int) -> bytes:
    begin = int(lines.ends[number - 1]) if number else 0
    return bytes(lines.raw[begin : int(lines.ends[number])])


def _one_column(lines: Lines, job: Job, *, plain: bool) -> Batch:
    texts, rows = [], []
    for number in range(len(lines.ends)):
        line, row = _line(lines, number), lines.row + number
        if not line.strip():
            continue
        size = len(line) if plain else 0
        try:
            text = column_of(parse(line), job.text_field or "")
        except Rejected as reason:
            job.lose(row, size, str(reason))
            continue
        if text is None:
            job.lack(row, size)
        else:
            texts.append(text)
            rows.append(row)
    job.documents += len(rows)
    return batch_of(texts, rows)
