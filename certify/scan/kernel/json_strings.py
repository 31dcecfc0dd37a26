"""The strings of JSON lines, taken out without making Python objects.

A line is either accepted whole, and then it is what Python's parser accepts with ``strict=False``, or left to Python
for the verdict. What stands between strings is checked byte by byte; strings are run over 64 bytes at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner, kept
from certify.scan.kernel.json_parts import count_words, skip_scalar
from certify.scan.kernel.utf8 import valid_until
from certify.scan.kernel.vectors import WIDTH, copy_vector, foreign_mask, lowest_bit, newline_mask, special_mask

MAX_DEPTH = 512
"""Levels of objects and arrays; what lies deeper is left to Python."""

TELLING_KEY = 4
"""Words from which a key is text; see ``certify.scan.fields``."""

LEFT, BLANK = -1, -2
"""Instead of a length: the line is left to Python, or holds nothing but white space."""

_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _COLON, _AFTER = 0, 1, 2, 3, 4, 5
_QUOTE, _SLASH = 34, 92


@kept
def line_ends(raw: Any, start: int, end: int, ends: Any) -> int:
    """Writes where each line of ``raw[start:end]`` ends (past its line feed) to ``ends``; how many there are.

    ``raw`` holds 64 more bytes. What follows the last line feed is no line.
    """
    count = 0
    position = start
    while position < end:
        mask = newline_mask(raw, position)
        while mask != 0:
            found = position + lowest_bit(mask) + 1
            if found > end:
                return count
            ends[count] = found
            count += 1
            mask &= mask - np.uint64(1)
        position += WIDTH
    return count


@kept
def lex_lines(raw: Any, ends: Any, first: int, text: Any, written: int, stops: Any, stack: Any) -> tuple[int, int]:
    """Writes the text of the lines from ``first`` on, back to back, until one must be left to Python.

    Args:
        raw: the lines, and 64 bytes more.
        ends: where each line ends, the first one beginning at 0.
        first: number of the line to begin with.
        text: takes the strings; as long as ``raw``.
        written: bytes of it that are taken already.
        stops: takes for each line the end of its text, or ``BLANK`` for a line that is no document.
        stack: ``MAX_DEPTH`` bytes to work in.

    Returns:
        The line left to Python, or the number of lines when there is none; and the bytes of ``text`` taken.
    """
    begin = ends[first - 1] if first > 0 else 0
    for number in range(first, len(ends)):
        end = ends[number]
        found = lex_line(raw, begin, end, text, written, stack)
        if found == LEFT:
            return number, written
        if found == BLANK:
            stops[number] = BLANK
        else:
            written = found
            stops[number] = found
        begin = end
    return len(ends), written


@kept
def lex_line(raw: Any, begin: int, end: int, text: Any, written: int, stack: Any) -> int:
    """Writes the strings of one line to ``text``, one a line, and gives where they end, or ``LEFT`` or ``BLANK``."""
    state, depth, at, strings, foreign = _VALUE, 0, begin, 0, False
    out = written
    blank = True
    while at < end:
        byte = raw[at]
        if byte == 32 or byte == 10 or byte == 13 or byte == 9:
            at += 1
            continue
        blank = False
        if byte == _QUOTE:
            if state == _COLON or state == _AFTER:
                return LEFT
            place = out
            if strings > 0:
                text[out] = 10
                out += 1
            from_ = out
            at, out, beyond = _copy_string(raw, at + 1, end, text, out)
            if at < 0:
                return LEFT
            foreign = foreign or beyond
            if state == _KEY or state == _KEY_OR_END:
                state = _COLON
                if out - from_ < 2 * TELLING_KEY - 1 or count_words(text, from_, out) < TELLING_KEY:
                    out = place
                else:
                    strings += 1
            else:
                state = _AFTER
                strings += 1
        elif byte == 44:  # ,
            if state != _AFTER or depth == 0:
                return LEFT
            state = _KEY if stack[depth - 1] == 1 else _VALUE
            at += 1
        elif byte == 58:  # :
            if state != _COLON:
                return LEFT
            state = _VALUE
            at += 1
        elif byte == 123 or byte == 91:  # { [
            if (state != _VALUE and state != _VALUE_OR_END) or depth == MAX_DEPTH:
                return LEFT
            stack[depth] = 1 if byte == 123 else 0
            depth += 1
            state = _KEY_OR_END if byte == 123 else _VALUE_OR_END
            at += 1
        elif byte == 125 or byte == 93:  # } ]
            if depth == 0 or stack[depth - 1] != (1 if byte == 125 else 0):
                return LEFT
            if state != _AFTER and state != (_KEY_OR_END if byte == 125 else _VALUE_OR_END):
                return LEFT
            depth -= 1
            state = _AFTER
            at += 1
        else:
            if state != _VALUE and state != _VALUE_OR_END:
                return LEFT
            at = skip_scalar(raw, at, end)
            if at < 0:
                return LEFT
            state = _AFTER
    if blank:
        return BLANK
    if state != _AFTER or depth != 0:
        return LEFT
    if foreign and valid_until(raw, begin, end) != end:
        return LEFT
    return out


@inner
def _copy_string(raw: Any, at: int, end: int, text: Any, out: int) -> tuple[int, int, bool]:
    """Copies a string unescaped; where it ends in ``raw`` (past the quote, or -1) and ``text``; any byte >= 0x80."""
    foreign = np.uint64(0)
    while at < end:
        copy_vector(text, out, raw, at)
        foreign |= foreign_mask(raw, at)
        special = special_mask(raw, at)
        if special == 0:
            at += WIDTH
            out += WIDTH
            continue
        plain = lowest_bit(special)
        at += plain
        out += plain
        if at >= end:
            break
        if raw[at] == _QUOTE:
            return at + 1, out, foreign != 0
        at, out = _unescape(raw, at + 1, end, text, out)
        if at < 0:
            break
    return -1, out, False


@inner
def _unescape(raw: Any, at: int, end: int, text: Any, out: int) -> tuple[int, int]:
    """Undoes what follows a backslash; the next byte in ``raw`` (-1 where it is no JSON) and in ``text``."""
    if at >= end:
        return -1, out
    byte = raw[at]
    if byte == 117:  # u
        code = _hex(raw, at + 1, end)
        if code < 0:
            return -1, out
        at += 5
        if 0xD800 <= code < 0xDC00 and at + 6 <= end and raw[at] == _SLASH and raw[at + 1] == 117:
            low = _hex(raw, at + 2, end)
            if 0xDC00 <= low < 0xE000:
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                at += 6
        return at, _encode(code, text, out)
    if byte == 110:  # n
        byte = np.uint8(10)
    elif byte == 116:  # t
        byte = np.uint8(9)
    elif byte == 114:  # r
        byte = np.uint8(13)
    elif byte == 98:  # b
        byte = np.uint8(8)
    elif byte == 102:  # f
        byte = np.uint8(12)
    elif byte != _QUOTE and byte != _SLASH and byte != 47:
        return -1, out
    text[out] = byte
    return at + 1, out + 1


@inner
def _hex(raw: Any, at: int, end: int) -> int:
    """The number in four hexadecimal digits, or -1."""
    if at + 4 > end:
        return -1
    code = 0
    for place in range(at, at + 4):
        byte = int(raw[place])
        if 48 <= byte <= 57:
            code = code * 16 + byte - 48
        elif 97 <= (byte | 32) <= 102:
            code = code * 16 + (byte | 32) - 87
        else:
            return -1
    return code


@inner
def _encode(code: int, text: Any, out: int) -> int:
    """Writes a character as UTF-8, a lone surrogate as its three bytes; where the next goes."""
    if code < 0x80:
        text[out] = code
        return out + 1
    if code < 0x800:
        text[out] = 0xC0 | (code >> 6)
        text[out + 1] = 0x80 | (code & 0x3F)
        return out + 2
    if code < 0x10000:
        text[out] = 0xE0 | (code >> 12)
        text[out + 1] = 0x80 | ((code >> 6) & 0x3F)
        text[out + 2] = 0x80 | (code & 0x3F)
        return out + 3
    text[out] = 0xF0 | (code >> 18)
    text[out + 1] = 0x80 | ((code >> 12) & 0x3F)
    text[out + 2] = 0x80 | ((code >> 6) & 0x3F)
    text[out + 3] = 0x80 | (code & 0x3F)
    return out + 4
