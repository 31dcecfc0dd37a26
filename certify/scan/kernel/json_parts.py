"""What stands between the strings of JSON, and the words of a key."""

from __future__ import annotations

from typing import Any

from certify.scan.kernel.compiling import inner


@inner
def count_words(text: Any, start: int, end: int) -> int:
    """How many words ``str.split`` finds in ``text[start:end]``."""
    count = 0
    inside = False
    at = start
    while at < end:
        length = _space(text, at, end)
        if length > 0:
            inside = False
            at += length
        else:
            if not inside:
                count += 1
            inside = True
            at += 1
    return count


@inner
def _space(text: Any, at: int, end: int) -> int:
    """Bytes of the white space at an index, 0 where there is none; which is what ``str.isspace`` takes for it."""
    byte = text[at]
    if byte < 0x80:
        return 1 if byte == 32 or 9 <= byte <= 13 or 28 <= byte <= 31 else 0
    if byte == 0xC2 and at + 1 < end:
        return 2 if text[at + 1] == 0x85 or text[at + 1] == 0xA0 else 0
    if byte < 0xE1 or byte > 0xE3 or at + 2 >= end:
        return 0
    second, third = text[at + 1], text[at + 2]
    if byte == 0xE1:
        return 3 if second == 0x9A and third == 0x80 else 0
    if byte == 0xE3:
        return 3 if second == 0x80 and third == 0x80 else 0
    if second == 0x81:
        return 3 if third == 0x9F else 0
    return 3 if second == 0x80 and (third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF) else 0


@inner
def skip_scalar(raw: Any, at: int, end: int) -> int:
    """Where the number or literal at an index ends, or -1."""
    byte = raw[at]
    if (byte == 45 and at + 1 < end and raw[at + 1] != 73) or 48 <= byte <= 57:
        past: int = _skip_number(raw, at, end)
        return past
    if byte == 116:
        word = b"true"
    elif byte == 102:
        word = b"false"
    elif byte == 110:
        word = b"null"
    elif byte == 78:
        word = b"NaN"
    elif byte == 73:
        word = b"Infinity"
    elif byte == 45:
        word = b"-Infinity"
    else:
        return -1
    if at + len(word) > end:
        return -1
    for index in range(len(word)):
        if raw[at + index] != word[index]:
            return -1
    return at + len(word)


@inner
def _skip_number(raw: Any, start: int, end: int) -> int:
    digits = start + 1 if raw[start] == 45 else start
    at: int = _skip_digits(raw, digits, end)
    if at == digits or (raw[digits] == 48 and at > digits + 1):
        return -1
    if at < end and raw[at] == 46:
        digits = at + 1
        at = _skip_digits(raw, digits, end)
        if at == digits:
            return -1
    if at < end and (raw[at] | 32) == 101:
        digits = at + 1
        if digits < end and (raw[digits] == 43 or raw[digits] == 45):
            digits += 1
        at = _skip_digits(raw, digits, end)
        if at == digits:
            return -1
    return at


@inner
def _skip_digits(raw: Any, start: int, end: int) -> int:
    at = start
    while at < end and 48 <= raw[at] <= 57:
        at += 1
    return at
