"""Strings of several columns put together row by row."""

from __future__ import annotations

from typing import Any

from numba import njit


@njit(nogil=True, cache=True)
def append(text: Any, ends: Any, starts: Any, data: Any) -> None:
    """Appends to each row one string, and a line feed; nothing where it is empty.

    Args:
        text: takes them, with room for all.
        ends: for each row where its next string goes; moved on.
        starts: where the strings begin in ``data``, one more than there are.
        data: their bytes.
    """
    for row in range(len(ends)):
        size = starts[row + 1] - starts[row]
        if size > 0:
            text[ends[row] : ends[row] + size] = data[starts[row] : starts[row + 1]]
            text[ends[row] + size] = 10
            ends[row] += size + 1
