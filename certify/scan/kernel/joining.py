"""Strings of several columns put together row by row."""

from __future__ import annotations

from typing import Any

from certify.scan.kernel.compiling import kept


@kept
def append(text: Any, ends: Any, starts: Any, data: Any) -> None:
    """Appends to each row one string, and a line feed; nothing where it is empty.

    Args:
        text: takes them, with room for all.
        ends: for each row where its next string goes; moved on.
        starts: where the strings begin in ``data``, one more than there are.
        data: their bytes.
    """
    for row in range(len(ends)):
        first, size, at = starts[row], starts[row + 1] - starts[row], ends[row]
        if size > 0:
            # Not by assigning a slice, because the sentence for lengths that differ would have to be compiled too.
            for place in range(size):
                text[at + place] = data[first + place]
            text[at + size] = 10
            ends[row] += size + 1
