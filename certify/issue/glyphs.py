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
    means; a heap of accents cannot reach over the lines above it; and no font of the machine is
    drawn in, so the bytes are the same everywhere.
    """
    shown, accentable = [], False
    for character in unicodedata.normalize("NFC", text):
        combining = unicodedata.category(character).startswith("M")
        drawn = _drawn(character, characters) and (accentable or not combining)
        shown.append(" " if character in "\n\t" else character if drawn else f"[U+{ord(character):04X}]")
        accentable = drawn and not combining
    return "".join(shown)


def _drawn(character: str, characters: frozenset[int]) -> bool:
    return ord(character) in characters and unicodedata.category(character) not in ("Cc", "Cf")
