"""Whether bytes are UTF-8, by the rules of Python's own decoder."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import kept
from certify.scan.kernel.vectors import WIDTH, foreign_mask


@kept
def valid_until(data: Any, start: int, end: int) -> int:
    """The first byte of ``data[start:end]`` that begins no whole, well-formed character; ``end`` when all do.

    Source: The Unicode Standard, table 3-7 (no overlong forms, no surrogates, nothing above U+10FFFF).
    """
    at = start
    while at < end:
        if at + WIDTH <= end and foreign_mask(data, at) == 0:
            at += WIDTH
            continue
        lead = data[at]
        if lead < 0x80:
            at += 1
            continue
        low, high, length = 0x80, 0xBF, 0
        if 0xC2 <= lead <= 0xDF:
            length = 2
        elif 0xE0 <= lead <= 0xEF:
            length = 3
            if lead == 0xE0:
                low = 0xA0
            elif lead == 0xED:
                high = 0x9F
        elif 0xF0 <= lead <= 0xF4:
            length = 4
            if lead == 0xF0:
                low = 0x90
            elif lead == 0xF4:
                high = 0x8F
        if length == 0 or at + length > end or data[at + 1] < low or data[at + 1] > high:
            return at
        for further in range(2, length):
            if data[at + further] & 0xC0 != 0x80:
                return at
        at += length
    return end


@kept
def invalid_rows(data: Any, starts: Any) -> Any:
    """A flag for each of the texts ``data[starts[n]:starts[n + 1]]``: 1 where it is not UTF-8."""
    flags = np.zeros(len(starts) - 1, np.uint8)
    for row in range(len(starts) - 1):
        if valid_until(data, starts[row], starts[row + 1]) != starts[row + 1]:
            flags[row] = 1
    return flags
