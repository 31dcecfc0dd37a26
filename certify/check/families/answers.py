"""Exact, typed comparison of a short answer with the gold one; total on any text.

The span is cut out of the completion before it gets here. Nothing is parsed leniently enough for a
list of every candidate to pass: lists must agree in length, order and value.
"""

from __future__ import annotations

import re
import string
import unicodedata

LONGEST = 4_000
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_WRAPPING = string.whitespace + "[](){}$*`\"'"
_THOUSANDS = re.compile(r"(?<![0-9])[0-9]{1,3}(?:(?:,|\{,\})[0-9]{3})+(?![0-9])")
_NAMED = re.compile(r"\b[a-z]\s*=\s*")
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}(?:\.0{1,10})?")
_WORD = re.compile(r"[a-z]{1,40}")
_SEPARATORS = re.compile(r"[\s,;|]+|(?<=[a-z])-(?=[a-z])|->|>")


def normal(text: object) -> str | None:
    """NFKC, lower case, trimmed of brackets, quotes and a final stop; ``None`` if over 4,000 characters."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_MINUS)
    return folded.lstrip(_WRAPPING).rstrip(_WRAPPING + ".")


def integers(text: object, *, single: bool = False) -> tuple[int, ...] | None:
    """The integers a text consists of, or ``None`` if it holds anything else.

    Args:
        text: the answer span.
        single: one number is expected, so `1,000` is a thousand and not a list.
    """
    folded = normal(text)
    if folded is None:
        return None
    if single:
        folded = _THOUSANDS.sub(lambda found: found.group().replace("{,}", "").replace(",", ""), folded)
    pieces = [piece for piece in _SEPARATORS.split(_NAMED.sub(" ", folded)) if piece and piece != "and"]
    if not pieces or not all(_INTEGER.fullmatch(piece) for piece in pieces):
        return None
    return tuple(int(piece.partition(".")[0]) for piece in pieces)


def words(text: object) -> tuple[str, ...] | None:
    """The lower-case words a text consists of, or ``None`` if it holds anything else."""
    folded = normal(text)
    if folded is None:
        return None
    pieces = [piece for piece in _SEPARATORS.split(folded) if piece and piece != "and"]
    if not pieces or not all(_WORD.fullmatch(piece) for piece in pieces):
        return None
    return tuple(pieces)


def same_integers(answer: object, gold: str, *, count: int | None = None) -> bool:
    """Whether both texts are the same list of integers; with ``count``, of that length."""
    single = count == 1
    given, wanted = integers(answer, single=single), integers(gold, single=single)
    return given is not None and given == wanted and count in (None, len(given))


def same_words(answer: object, gold: str) -> bool:
    """Whether both texts are the same list of words."""
    given = words(answer)
    return given is not None and given == words(gold)
