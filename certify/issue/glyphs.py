"""Which characters the bundled fonts can draw, and what is printed for those they cannot."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Container, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from certify.issue.scripts import Script, script_of


def covered(fonts: Sequence[bytes]) -> frozenset[int]:
    """Code points that at least one of the fonts has a glyph for."""
    library: Any = import_module("fontTools.ttLib")
    found: set[int] = set()
    for data in fonts:
        found.update(library.TTFont(io.BytesIO(data), lazy=True).getBestCmap())
    return frozenset(found)


class Drawable(Container[int]):
    """Code points that the page's own fonts or a script's font can draw; the latter are read when first asked for."""

    def __init__(self, fonts: Sequence[str], read: Callable[[str], bytes], scripts: Sequence[Script]) -> None:
        """Prepares the answer.

        Args:
            fonts: files of the page's own fonts.
            read: gives the bytes of a font file.
            scripts: those whose fonts may be used besides.
        """
        self._scripts = scripts
        self._own = covered([read(name) for name in fonts])
        self._of_script = cache(lambda script: covered([read(script.fonts[0][1])]))

    def __contains__(self, point: object) -> bool:
        """Whether a font can draw the code point."""
        if point in self._own:
            return True
        script = script_of(chr(point)) if isinstance(point, int) else None
        return script is not None and script in self._scripts and point in self._of_script(script)


def printable(text: str, characters: Container[int]) -> str:
    """``text`` with every character that cannot be drawn replaced by its code point, ``[U+0E01]``.

    Text from models and owners is untrusted: control characters and direction overrides come out as visible code
    points, and so do letters of no bundled font, wide Latin letters and ready-made Arabic forms among them, so that
    two different names never print alike by such means; a heap of accents cannot reach over the lines above it; and
    no font of the machine is drawn in, so the bytes are the same everywhere.
    """
    shown: list[str] = []
    base, room = "", 0
    for character in unicodedata.normalize("NFC", text):
        combining = unicodedata.category(character).startswith("M")
        drawn = _drawn(character, characters)
        if combining:
            drawn = drawn and room > 0 and script_of(base) is script_of(character)
            room -= 1
        else:
            base, room = character, _marks_on(character) if drawn else 0
        shown.append(" " if character in "\n\t" else character if drawn else f"[U+{ord(character):04X}]")
    return "".join(shown)


def _marks_on(base: str) -> int:
    """How many marks a letter may carry: vowel and doubling in scripts written from right to left, one elsewhere."""
    script = script_of(base)
    return 2 if script is not None and script.right_to_left else 1


def _drawn(character: str, characters: Container[int]) -> bool:
    return ord(character) in characters and unicodedata.category(character) not in ("Cc", "Cf")
