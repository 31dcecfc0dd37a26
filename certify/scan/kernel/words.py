"""Words of a text as 64-bit hashes: 64 bytes at a time, ASCII case ignored."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner, kept, unfolded
from certify.scan.kernel.vectors import WIDTH, count_bits, load_word, lowest_bit, slash_mask, word_mask

PADDING = WIDTH + 8
"""Bytes that must be readable behind the end of a text."""

ROUND = 8
"""Bounds of words that are written at once, however few there are: so many entries more than needed must be there."""

_ONE = np.uint64(1)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_HIGH = np.uint64(0x8080808080808080)
_CASE = np.uint64(0x2020202020202020)
_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SECOND = np.uint64(0xBF58476D1CE4E5B9)
_STEP = 16
_KEPT = np.array([(1 << 8 * min(size, 8)) - 1 for size in range(_STEP + 1)], dtype=np.uint64)
_KEPT_BEYOND = np.array([(1 << 8 * max(size - 8, 0)) - 1 for size in range(_STEP + 1)], dtype=np.uint64)
"""Of a word of so many bytes those that are in its first eight, and in its second."""


@unfolded
def mixed(value: Any) -> Any:
    """A 64-bit value whose every bit depends on every bit of the one given."""
    value ^= value >> np.uint64(32)
    value *= _MIX
    value ^= value >> np.uint64(29)
    return value


@unfolded
def _lower(loaded: Any) -> Any:
    # Sets the case bit of bytes below 0x80 alone: digits have it set already.
    return loaded | (_CASE & ~((loaded & _HIGH) >> np.uint64(2)))


@inner
def _longer(text: Any, start: int, end: int, value: Any) -> Any:
    for place in range(start, end, 8):
        value = mixed(value ^ (_lower(load_word(text, place)) & _KEPT[min(end - place, 8)]))
    return value


@unfolded
def hash_word(text: Any, start: int, end: int) -> Any:
    """The hash of one word; letters beyond ASCII must be folded already."""
    size = np.uint64(end - start)
    short = min(size, np.uint64(_STEP))
    # Both halves always: whether a word is longer than eight bytes cannot be foretold, and a wrong guess costs more.
    first = _lower(load_word(text, start)) & _KEPT[short]
    second = _lower(load_word(text, start + 8)) & _KEPT_BEYOND[short]
    value = mixed(_SEED ^ size ^ first ^ second * _SECOND)
    if size > np.uint64(_STEP):
        value = _longer(text, np.int64(start) + _STEP, np.int64(end), value)
    return value


@inner
def has_digit(text: Any, start: int, end: int) -> bool:
    """Whether a word carries an ASCII digit."""
    for place in range(start, end):
        if 0x30 <= text[place] <= 0x39:
            return True
    return False


@kept
def hash_words(text: Any, starts: Any, hashes: Any, numbers: Any) -> None:
    """Hashes of words that stand back to back, and whether they carry a digit; ``starts`` has one entry more."""
    for number in range(hashes.size):
        hashes[number] = hash_word(text, starts[number], starts[number + 1])
        numbers[number] = has_digit(text, starts[number], starts[number + 1])


@inner
def _after_command(text: Any, start: int, end: int) -> int:
    place = start
    while place < end and 0x61 <= (text[place] | 0x20) <= 0x7A:
        place += 1
    return place


@inner
def _below(count: int) -> Any:
    return _ALL if count >= WIDTH else (_ONE << np.uint64(count)) - _ONE


@inner
def _without_commands(text: Any, base: int, end: int, mask: Any, commands: Any, dropped: int) -> Any:
    """The mask without the letters behind the backslashes in front of ``commands``, and where the last of them end."""
    if dropped > base:
        mask &= ~_below(dropped - base)
    while commands:
        place = lowest_bit(commands)
        dropped = _after_command(text, base + place, end)
        mask &= _below(place) | ~_below(dropped - base)
        commands &= commands - _ONE
    return mask, dropped


@inner
def word_bounds(text: Any, begin: int, end: int, bounds: Any) -> Any:
    """Finds the words in ``text[begin:end]`` as :func:`split_words` does, and gives their number."""
    found = np.uint64(0)
    before = inside = behind = np.uint64(0)
    dropped = begin
    for base in range(begin, end, WIDTH):
        mask = word_mask(text, base)
        if base + WIDTH > end:
            mask &= _below(end - base)
        slashes = slash_mask(text, base)
        commands = mask & ~((mask << _ONE) | before) & ((slashes << _ONE) | behind)
        before, behind = mask >> np.uint64(63), slashes >> np.uint64(63)
        if commands != 0 or dropped > base:
            mask, dropped = _without_commands(text, base, end, mask, commands, dropped)
        changes = mask ^ ((mask << _ONE) | inside)
        inside = mask >> np.uint64(63)
        total = found + count_bits(changes)
        # Where words begin and end alternates, so one list serves both.
        while found < total:
            for step in range(ROUND):
                bounds[found + np.uint64(step)] = np.int32(base + lowest_bit(changes))
                changes &= changes - _ONE
            found += np.uint64(ROUND)
        found = total
    if found & _ONE:
        bounds[found] = end
    return np.int64((found + _ONE) >> _ONE)


@kept
def split_words(text: Any, begin: int, end: int, bounds: Any, hashes: Any) -> Any:
    """Finds the words in ``text[begin:end]`` and gives their number.

    A word behind a backslash is a LaTeX command: its letters are left out. ``bounds`` receives the first byte of each
    word and the one past its last, by turns, and must hold ``end - begin + 2 + ROUND`` entries; ``hashes`` receives its
    hash and must hold half as many. The text must go on for ``PADDING`` bytes.
    """
    count = word_bounds(text, begin, end, bounds)
    for number in range(count):
        hashes[number] = hash_word(text, bounds[2 * number], bounds[2 * number + 1])
    return count
