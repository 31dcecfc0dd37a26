"""What the content streams and the font programs of a PDF say, for the rules that judge them."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont

Content = list[tuple[list[Any], pikepdf.Operator]]
_MAPPING = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")


def pages_and_forms(pdf: pikepdf.Pdf) -> list[tuple[str, Content]]:
    """Every content stream with where it is: pages, and the forms drawn on them."""
    return [(where, content) for where, content, _ in _streams(pdf)]


def _streams(pdf: pikepdf.Pdf) -> list[tuple[str, Content, pikepdf.Dictionary]]:
    found = []
    for number, page in enumerate(pdf.pages, 1):
        found.append((f"page {number}", _parsed(page), page.get("/Resources", {})))
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form":
            found.append((f"form {one.objgen[0]}", _parsed(one), one.get("/Resources", {})))
    return found


def _parsed(stream: Any) -> Content:
    return [(list(one.operands), one.operator) for one in pikepdf.parse_content_stream(stream)]  # type: ignore[union-attr]


@dataclass
class Font:
    """A composite font as the file describes it, and its program."""

    encoding: str
    kind: str
    ordering: tuple[str, str]
    maps_glyphs: bool
    program: TTFont | None
    widths: dict[int, float]
    to_unicode: dict[int, str] = field(repr=False)

    @property
    def embedded(self) -> bool:
        """Whether the program is in the file."""
        return self.program is not None

    def complaints(self, code: int) -> Iterator[str]:
        """What is wrong with the glyph of a code."""
        text = self.to_unicode.get(code, "")
        if not text or any(ord(one) in (0, 0xFEFF, 0xFFFE) or 0xE000 <= ord(one) <= 0xF8FF for one in text):
            yield f"stands for {text!r}, which is no character"
        if code == 0:
            yield "is .notdef"
            return
        assert self.program is not None
        names = self.program.getGlyphOrder()
        if code >= len(names):
            yield "is not in the font"
            return
        stated, own = self.widths.get(code), self.program["hmtx"][names[code]][0]
        if stated is None or abs(stated - own * 1000 / self.program["head"].unitsPerEm) > 1:
            yield f"is {stated} wide by the file and {own} by the font"


def fonts_of(pdf: pikepdf.Pdf) -> dict[str, Font]:
    """The composite fonts by the resource names that content streams call them by.

    Raises:
        AssertionError: a font that is not composite, or one name for two fonts.
    """
    found: dict[str, Font] = {}
    owners: dict[str, tuple[int, int]] = {}
    for _where, _content, resources in _streams(pdf):
        for name, font in dict(resources.get("/Font", {})).items():
            assert font.Subtype == "/Type0", "a font that is not composite"
            assert owners.setdefault(name, font.objgen) == font.objgen, "one name for two fonts"
            if name not in found:
                found[name] = _font(font)
    return found


def _font(font: pikepdf.Dictionary) -> Font:
    inner = font.DescendantFonts[0]
    system = inner.get("/CIDSystemInfo", {})
    descriptor = inner.FontDescriptor
    file = next((descriptor[key] for key in ("/FontFile2", "/FontFile3") if key in descriptor), None)
    return Font(
        encoding=str(font.Encoding),
        kind=str(inner.Subtype),
        ordering=(str(system.get("/Registry", "")), str(system.get("/Ordering", ""))),
        maps_glyphs="/CIDToGIDMap" in inner,
        program=None if file is None else _program(file.read_bytes()),
        widths=_widths(inner.get("/W", [])),
        to_unicode=_to_unicode(font.ToUnicode.read_bytes()) if "/ToUnicode" in font else {},
    )


@lru_cache(maxsize=64)
def _program(data: bytes) -> TTFont:
    return TTFont(io.BytesIO(data), lazy=True)


def _widths(table: Any) -> dict[int, float]:
    """Source: ISO 32000-1:2008, 9.7.4.3; only the form with a list for consecutive codes."""
    entries = list(table)
    found: dict[int, float] = {}
    for first, widths in zip(entries[::2], entries[1::2], strict=True):
        found.update({int(first) + place: float(width) for place, width in enumerate(widths)})
    return found


def _to_unicode(table: bytes) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
        for code, text in _MAPPING.findall(table)
    }


def glyphs_used(pdf: pikepdf.Pdf) -> dict[str, set[int]]:
    """Codes that are drawn, by the resource name of their font."""
    used: dict[str, set[int]] = defaultdict(set)
    for _where, content, _resources in _streams(pdf):
        font = ""
        for operands, operator in content:
            if str(operator) == "Tf":
                font = str(operands[0])
            elif str(operator) in ("Tj", "TJ", "'", '"'):
                shown = operands[-1]
                for one in shown if isinstance(shown, pikepdf.Array) else [shown]:
                    if isinstance(one, pikepdf.String):
                        codes = bytes(one)
                        used[font].update(
                            int.from_bytes(codes[place : place + 2], "big") for place in range(0, len(codes), 2)
                        )
    return used
