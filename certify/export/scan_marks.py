"""Which words of a benchmark item and of a passage are the same, so that a reader sees it at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from certify.scan.align import align
from certify.scan.normalise import encode, word_offsets, words

MAX_TEXT = 6000
"""Characters of one text that are shown; further ones are counted."""

_MAX_CELLS = 250_000
_RUN = 3
_SHAPING = "\u200c\u200d"


class Piece(NamedTuple):
    """A stretch of text."""

    text: str
    matched: bool
    """Whether its words stand in the other text too."""


def side_by_side(item: str, passage: str, *, in_order: bool) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts with their common words marked, each cut at 6,000 characters.

    Args:
        item: text of the benchmark.
        passage: text of the corpus.
        in_order: whether the words should stand in one order; else runs of three words are marked wherever they are.
    """
    item, passage = item[:MAX_TEXT], passage[:MAX_TEXT]
    ours, theirs = words(item), words(passage)
    if in_order and len(ours) * len(theirs) <= _MAX_CELLS:
        found = align(ours, theirs, 1 - len(ours), max(0, len(theirs) - 1)) if ours and theirs else None
        pairs = found.pairs if found else ()
        same, there = {i for i, _ in pairs}, {j for _, j in pairs}
    else:
        same, there = _shared(ours, theirs), _shared(theirs, ours)
    return tuple(_pieces(item, same)), tuple(_pieces(passage, there))


def _shared(ours: Sequence[str], theirs: Sequence[str]) -> set[int]:
    """Places of our words that lie in a run of three which the other text has too."""
    known = set(zip(*(theirs[i:] for i in range(_RUN)), strict=False))
    runs = enumerate(zip(*(ours[i:] for i in range(_RUN)), strict=False))
    return {start + step for start, run in runs if run in known for step in range(_RUN)}


def _pieces(text: str, matched: set[int]) -> Iterator[Piece]:
    data, done = encode(text), 0
    for start, end in _stretches(word_offsets(text), matched):
        if start > done:
            yield Piece(_shown(data[done:start]), False)
        yield Piece(_shown(data[start:end]), True)
        done = end
    if done < len(data):
        yield Piece(_shown(data[done:]), False)


def _stretches(offsets: Sequence[tuple[int, int]], matched: set[int]) -> Iterator[tuple[int, int]]:
    """Bytes from the first to the last of neighbouring matched words."""
    for place in sorted(matched):
        if place - 1 not in matched:
            start = offsets[place][0]
        if place + 1 not in matched:
            yield start, offsets[place][1]


def _shown(data: bytes) -> str:
    return visible(data.decode("utf-8", "replace"))


def visible(text: str) -> str:
    """``text`` with characters that would hide or reorder others replaced by their code point, ``[U+202E]``."""
    return "".join(character if _is_plain(character) else f"[U+{ord(character):04X}]" for character in text)


def _is_plain(character: str) -> bool:
    return character in "\n\t" or character in _SHAPING or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
