"""Text as a scanner sees it: folded words, and where each stands in the original bytes."""

from __future__ import annotations

import re
import unicodedata

_IDEOGRAPHS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ANY_WORD = re.compile(f"[{_IDEOGRAPHS}]|[^\\W_{_IDEOGRAPHS}]+")
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_COMMAND = re.compile(r"\\[a-z]+")
_DIGIT = re.compile("[0-9]")


class _Fold(dict[int, str]):
    """Folds one character, and remembers it."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code))
        kept = "".join(c for c in parts if unicodedata.category(c) not in {"Mn", "Cf"})
        folded = "".join(map(_plain_digit, unicodedata.normalize("NFC", kept).casefold()))
        self[code] = folded
        return folded


def _plain_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


_FOLD = _Fold()


def fold(text: str) -> str:
    """Lower case without accents, width variants or invisible characters, digits of any script as 0 to 9; LaTeX
    commands blanked out.

    Source: compatibility decomposition and case folding of the Unicode Standard (NFKD, casefold), applied to
    one character at a time so that every folded character has one origin.
    """
    return _blank_commands(text.lower() if text.isascii() else text.translate(_FOLD))


def _blank_commands(folded: str) -> str:
    if "\\" not in folded:
        return folded
    return _COMMAND.sub(lambda match: " " * len(match[0]), folded)


def words(text: str) -> list[str]:
    """The words of ``text``: runs of letters and digits; each Chinese, Japanese or Thai character is a word."""
    return _pattern(text).findall(fold(text))


def _pattern(text: str) -> re.Pattern[str]:
    return _ASCII_WORD if text.isascii() else _ANY_WORD


def word_offsets(text: str) -> list[tuple[int, int]]:
    """For each of ``words(text)`` its first and one-past-last byte in the UTF-8 form of ``text``."""
    if text.isascii():
        return [match.span() for match in _ASCII_WORD.finditer(fold(text))]
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for character in text:
        piece = _FOLD[ord(character)]
        size = len(character.encode("utf-8", "surrogatepass"))
        pieces.append(piece)
        starts += [position] * len(piece)
        ends += [position + size] * len(piece)
        position += size
    folded = _blank_commands("".join(pieces))
    return [(starts[m.start()], ends[m.end() - 1]) for m in _ANY_WORD.finditer(folded)]


def encode(text: str) -> bytes:
    """The UTF-8 form that offsets refer to; lone surrogates, which JSON can carry, are kept as three bytes."""
    return text.encode("utf-8", "surrogatepass")


def is_number(word: str) -> bool:
    """Whether a word carries a digit."""
    return not word.isalpha() and _DIGIT.search(word) is not None


def folded_bytes(code: int) -> bytes:
    """The folded form of one character as the compiled search takes it, which splits words at single ASCII bytes.

    What belongs to no word becomes a space; a character that is a word of its own has one on either side.
    """
    return b"".join(map(_as_bytes, _FOLD[code]))


def _as_bytes(character: str) -> bytes:
    if character.isascii():
        return character.encode()
    if _IDEOGRAPH.fullmatch(character):
        return b" " + character.encode() + b" "
    return character.encode() if character.isalnum() else b" "
