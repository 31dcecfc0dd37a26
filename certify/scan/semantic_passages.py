"""Documents cut into overlapping passages about as long as a question, at the ends of sentences where there are any."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from certify.scan.blocks import Block
from certify.scan.normalise import encode

LENGTHS = (128, 256, 512, 1024)
"""Characters of a passage: one of few, so that benchmarks share the work of embedding."""

SHORTEST = 20
"""Characters below which no passage can ask a question."""

_END = re.compile(r"[.!?][\"'”’)\]]*\s+|[。！？]|\n+")


class Passage(NamedTuple):
    """A piece of a document."""

    shard: str
    """Name of the shard."""
    document: int
    """0-based row in the shard."""
    start: int
    """First byte in the document's UTF-8 text."""
    end: int
    """One past the last."""
    text: str
    """The piece."""


def passage_length(questions: Iterable[str]) -> int:
    """Characters of a passage: the middle length of the questions, as one of ``LENGTHS``."""
    lengths = sorted(len(question) for question in questions)
    middle = lengths[len(lengths) // 2] if lengths else 0
    return next((length for length in LENGTHS[:-1] if middle * middle <= 2 * length * length), LENGTHS[-1])


def passages(shard: str, blocks: Iterable[Block], length: int) -> Iterator[Passage]:
    """The passages of a shard in the order of its rows.

    Args:
        shard: its name.
        blocks: its text.
        length: characters of a passage, as :func:`passage_length` gives them.
    """
    for block in blocks:
        for number, row in enumerate(block.rows.tolist()):
            base = int(block.bases[number])
            if block.row_text is None:
                piece = block.text[block.starts[number] : block.starts[number + 1]]
                yield from _own(cut(shard, row, _decoded(piece.tobytes()), length), base, int(block.owned[number]))
            elif base == 0:
                yield from cut(shard, row, _decoded(block.row_text(row)), length)


def _own(found: Iterator[Passage], base: int, owned: int) -> Iterator[Passage]:
    """Of a document that is read in pieces, the passages that begin in this one; the next goes on from there."""
    for one in found:
        if one.start >= owned:
            return
        yield one._replace(start=base + one.start, end=base + one.end)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogatepass")


def cut(shard: str, document: int, text: str, length: int) -> Iterator[Passage]:
    """The passages of one document.

    Each is at least ``length`` characters long (but the last) and at most twice that, begins no more than ``length``
    after the one before, and shares with it what lies in its last half, one sentence at least.
    """
    at = offset = 0
    for start, end in windows(text, length):
        piece = text[start:end]
        offset += len(encode(text[at:start]))
        at = start
        if len(piece.strip()) >= SHORTEST:
            yield Passage(shard, document, offset, offset + len(encode(piece)), piece)


def windows(text: str, length: int) -> Iterator[tuple[int, int]]:
    """(first character, one past the last) of each passage, short ones included; together they leave no gap."""
    window: deque[tuple[int, int]] = deque()
    fresh = False
    for segment in _segments(text, length):
        window.append(segment)
        fresh = True
        if segment[1] - window[0][0] >= length:
            begin = window[0][0]
            yield begin, segment[1]
            fresh = False
            while len(window) > 1 and segment[1] - window[0][0] > length // 2:
                window.popleft()
            if window[0][0] == begin:
                # One stretch as long as a passage, without a sentence or word in it to begin at.
                window[0] = (begin + length // 2, segment[1])
    if fresh:
        yield window[0][0], window[-1][1]


def _segments(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Sentences and lines, none longer than ``most`` characters."""
    start = 0
    for end in _ends(text):
        while end - start > most:
            space = text.rfind(" ", start + most // 2, start + most)
            middle = space + 1 if space >= 0 else start + most
            yield start, middle
            start = middle
        if end > start:
            yield start, end
            start = end


def _ends(text: str) -> Iterator[int]:
    for found in _END.finditer(text):
        yield found.end()
    yield len(text)
