"""Characters beyond ASCII, folded by a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner, kept
from certify.scan.kernel.vectors import WIDTH, copy_vector, foreign_mask, lowest_bit

LENGTH_BITS = 6
"""Low bits of an entry that hold the length of the folded form; the rest is where it begins."""

EXPANSION = 1 << LENGTH_BITS
"""A folded form is shorter than this many bytes."""

_MOST_OF_A_STRETCH = (WIDTH // 2 + 1) * EXPANSION + 2 * WIDTH
"""Bytes that 64 bytes of text can become, and room to read past them."""

_ONE = np.uint64(1)


@inner
def first_foreign(text: Any, begin: int, end: int) -> int:
    """Index of a 64-byte stretch that holds the first byte beyond ASCII, or ``end``; reads 64 bytes past the end."""
    for base in range(begin, end, WIDTH):
        mask = foreign_mask(text, base)
        if base + WIDTH > end:
            mask &= (_ONE << np.uint64(end - base)) - _ONE
        if mask:
            return base
    return end


@inner
def _continue(text: Any, begin: int, stop: int, end: int) -> bool:
    if stop > end:
        return False
    for place in range(begin, stop):
        if text[place] & 0xC0 != 0x80:
            return False
    return True


@inner
def decode(text: Any, place: int, end: int) -> Any:
    """The character at a byte beyond ASCII and its length; (-1, 1) where the bytes are no UTF-8.

    Surrogates, which JSON can carry, are accepted as three bytes.
    """
    lead = np.int64(text[place])
    if 0xC2 <= lead < 0xE0 and _continue(text, place + 1, place + 2, end):
        return (lead & 0x1F) << 6 | np.int64(text[place + 1] & 0x3F), 2
    if 0xE0 <= lead < 0xF0 and _continue(text, place + 1, place + 3, end):
        code = (lead & 0x0F) << 12 | np.int64(text[place + 1] & 0x3F) << 6 | np.int64(text[place + 2] & 0x3F)
        return (code, 3) if code >= 0x800 else (np.int64(-1), 1)
    if 0xF0 <= lead < 0xF5 and _continue(text, place + 1, place + 4, end):
        code = (lead & 0x07) << 18 | np.int64(text[place + 1] & 0x3F) << 12
        code |= np.int64(text[place + 2] & 0x3F) << 6 | np.int64(text[place + 3] & 0x3F)
        if 0x10000 <= code < 0x110000:
            return code, 4
    return np.int64(-1), 1


@kept
def fold(text: Any, begin: int, end: int, entries: Any, pool: Any, folded: Any) -> tuple[Any, int]:
    """The folded text and its length; ``folded`` is used for it, or a larger array where it is too small.

    The text goes on for 64 bytes, and so does the result.
    """
    place, length = begin, 0
    while place < end:
        if length + _MOST_OF_A_STRETCH > folded.size:
            larger = np.empty(2 * folded.size + _MOST_OF_A_STRETCH, dtype=np.uint8)
            for at in range(length):
                larger[at] = folded[at]
            folded = larger
        # Copied whole, and written over from the first byte beyond ASCII on.
        copy_vector(folded, length, text, place)
        mask = foreign_mask(text, place)
        unchanged = min(end - place, lowest_bit(mask) if mask else WIDTH)
        place += unchanged
        length += unchanged
        stop = min(end, place + WIDTH // 2)
        while place < stop and text[place] >= 0x80:
            code, size = decode(text, place, end)
            place += size
            if code < 0:
                folded[length] = 0x20
                length += 1
                continue
            entry = entries[code]
            at = entry >> LENGTH_BITS
            for step in range(entry & (EXPANSION - 1)):
                folded[length] = pool[at + step]
                length += 1
    return folded, length


@inner
def origin(text: Any, begin: int, end: int, entries: Any, start: int, stop: int) -> tuple[int, int]:
    """The bytes of the original that ``folded[start:stop]`` was made from."""
    place, length = begin, 0
    first = -1
    while place < end:
        size, wide = 1, 1
        if text[place] >= 0x80:
            code, size = decode(text, place, end)
            wide = 1 if code < 0 else entries[code] & (EXPANSION - 1)
        if first < 0 and length + wide > start:
            first = place
        if length + wide >= stop:
            return first, place + size
        length += wide
        place += size
    return first, end
