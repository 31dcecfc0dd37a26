"""A JSON file turned into JSON Lines in place."""

from __future__ import annotations

from typing import Any

from certify.scan.kernel.compiling import kept

STATE = 5
"""Numbers that are carried from one part to the next: depth, inside a string, behind a backslash, list, bytes seen."""


@kept
def turn(data: Any, count: int, state: Any) -> None:
    """Turns the next ``count`` bytes of a file.

    Where the file is a list, its commas become line feeds and its brackets vanish; line feeds inside values and
    between them become spaces. Where it is none, only line feeds inside values do.

    Args:
        data: the bytes, changed in place.
        count: how many of them.
        state: five zeros before the first part; ``state[3]`` is 1 inside a list, 2 once something else came first.
    """
    depth, quoted, escaped, kind = state[0], state[1], state[2], state[3]
    for at in range(count):
        byte = data[at]
        if quoted == 1:
            if escaped == 1:
                escaped = 0
            elif byte == 92:
                escaped = 1
            elif byte == 34:
                quoted = 0
            if byte == 10 and (depth > 0 or kind == 1):
                data[at] = 32
            elif byte == 10:
                quoted = 0
                escaped = 0
            continue
        if byte == 10:
            if depth > 0 or kind == 1:
                data[at] = 32
        elif byte == 32 or byte == 9 or byte == 13:
            continue
        elif kind == 0 and state[4] + at < 3 and byte >= 0x80:
            data[at] = 32
        elif kind == 0:
            kind = 1 if byte == 91 else 2
            if kind == 1:
                data[at] = 32
            else:
                quoted = 1 if byte == 34 else 0
                depth += 1 if byte == 123 else 0
        elif byte == 34:
            quoted = 1
        elif byte == 123 or byte == 91:
            depth += 1
        elif byte == 125 or byte == 93:
            if depth > 0:
                depth -= 1
            elif kind == 1 and byte == 93:
                data[at] = 10
                kind = 2
        elif byte == 44 and depth == 0 and kind == 1:
            data[at] = 10
    state[0], state[1], state[2], state[3] = depth, quoted, escaped, kind
    state[4] += count
