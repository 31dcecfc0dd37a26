"""Words of a text as 64-bit hashes: 64 bytes at a time, ASCII case ignored."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from certify.scan.kernel.vectors import WIDTH, load_word, lowest_bit, word_mask

PADDING = WIDTH + 8
"""Bytes that must be readable behind the end of a text."""

_ONE = np.uint64(1)
_HIGH = np.uint64(0x8080808080808080)
_CASE = np.uint64(0x2020202020202020)
_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_BACKSLASH = 0x5C


@njit(nogil=True, cache=True, inline="always")
def mixed(value: Any) -> Any:
    """A 64-bit value whose every bit depends on every bit of the one given."""
    value ^= value >> np.uint64(32)
    value *= _MIX
    value ^= value >> np.uint64(29)
    return value


@njit(nogil=True, cache=True)
def hash_word(text: Any, start: int, end: int) -> Any:
    """The hash of one word; letters beyond ASCII must be folded already."""
    value = _SEED ^ np.uint64(end - start)
    place = start
    while place < end:
        loaded = load_word(text, place)
        left = end - place
        if left < 8:
            loaded &= (_ONE << np.uint64(8 * left)) - _ONE
        # Sets the case bit of bytes below 0x80 alone: digits have it set already.
        loaded |= _CASE & ~((loaded & _HIGH) >> np.uint64(2))
        value = mixed(value ^ loaded)
        place += 8
    return value


@njit(nogil=True, cache=True)
def has_digit(text: Any, start: int, end: int) -> bool:
    """Whether a word carries an ASCII digit."""
    for place in range(start, end):
        if 0x30 <= text[place] <= 0x39:
            return True
    return False


@njit(nogil=True, cache=True)
def hash_words(text: Any, starts: Any, hashes: Any, numbers: Any) -> None:
    """Hashes of words that stand back to back, and whether they carry a digit; ``starts`` has one entry more."""
    for number in range(hashes.size):
        hashes[number] = hash_word(text, starts[number], starts[number + 1])
        numbers[number] = has_digit(text, starts[number], starts[number + 1])


@njit(nogil=True, cache=True)
def _after_command(text: Any, start: int, end: int) -> int:
    place = start
    while place < end and 0x61 <= (text[place] | 0x20) <= 0x7A:
        place += 1
    return place


@njit(nogil=True, cache=True)
def split_words(text: Any, begin: int, end: int, starts: Any, ends: Any, hashes: Any) -> int:
    """Finds the words in ``text[begin:end]`` and gives their number.

    A word behind a backslash is a LaTeX command: its letters are left out. ``starts`` and ``ends`` receive the bytes
    of each word, ``hashes`` its hash; each must hold ``(end - begin) // 2 + 1`` entries. The text must go on for
    ``PADDING`` bytes.
    """
    bounds = 0
    inside = np.uint64(0)
    for base in range(begin, end, WIDTH):
        mask = word_mask(text, base)
        if base + WIDTH > end:
            mask &= (_ONE << np.uint64(end - base)) - _ONE
        changes = mask ^ ((mask << _ONE) | inside)
        inside = mask >> np.uint64(63)
        # Where words begin and end alternates, so one counter serves both.
        while changes:
            place = base + lowest_bit(changes)
            if bounds & 1:
                ends[bounds >> 1] = place
            else:
                starts[bounds >> 1] = place
            bounds += 1
            changes &= changes - _ONE
    if bounds & 1:
        ends[bounds >> 1] = end
        bounds += 1
    count = 0
    for number in range(bounds >> 1):
        start, stop = starts[number], ends[number]
        if start > begin and text[start - 1] == _BACKSLASH:
            start = _after_command(text, start, stop)
            if start == stop:
                continue
        starts[count], ends[count] = start, stop
        hashes[count] = hash_word(text, start, stop)
        count += 1
    return count
