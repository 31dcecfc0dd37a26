"""Which characters the bundled fonts can draw, and what is printed for those they cannot."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from typing import Any


def covered(fonts: Sequence[bytes]) -> frozenset[int]:
    """Code points that at least one of the fonts has a glyph for."""
    library: Any = import_module("fontTools.ttLib")
    found: set[int] = set()
    for data in fonts:
        found.update(library.TTFont(io.BytesIO(data), lazy=True).getBestCmap())
    return frozenset(found)


def printable(text: str, characters: frozenset[int]) -> str:
    """``text`` with every character that cannot be drawn replaced by its code point, ``[U+4F60]``.

    Text from models and owners is untrusted: control characters, direction overrides and look-alike
    scripts come out as visible code points, so that two different names never print alike by such
    means; and no font of the machine is drawn in, so the bytes are the same everywhere.
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(_shown(character, characters) for character in composed)


def _shown(character: str, characters: frozenset[int]) -> str:
    if character in "\n\t ":
        return " "
    if ord(character) in characters and unicodedata.category(character) not in ("Cc", "Cf"):
        return character
    return f"[U+{ord(character):04X}]"
