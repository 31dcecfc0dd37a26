"""Scripts beyond Latin, Greek and Cyrillic: their fonts, and where on a page they stand.

Each run of such a script becomes an element of its own, which names its font and, for right-to-left scripts, isolates
it: what stands before and after keeps its place, and so do the digits there. Without that, "שלום 12" and "12 שלום"
print alike in an English sentence. Pages without such runs load none of these fonts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element


class Script(NamedTuple):
    """A writing system with fonts of its own."""

    name: str
    """CSS class of its runs."""
    fonts: tuple[tuple[int, str], ...]
    """Weight and file of each face; the first is the one whose characters count."""
    letters: str
    """Its code points, as the inside of a character class. Source: Unicode 15.0, Blocks.txt."""
    right_to_left: bool = False
    """Whether it is written from right to left."""

    @property
    def family(self) -> str:
        """What style sheets call its font; no font of a machine has this name."""
        return f"Certify{self.name.capitalize()}"


HEBREW = Script(
    name="hebrew",
    fonts=((400, "NotoSansHebrew-Regular.ttf"), (600, "NotoSansHebrew-Bold.ttf")),
    letters=r"\u0590-\u05ff",
    right_to_left=True,
)
ARABIC = Script(
    name="arabic",
    fonts=((400, "NotoSansArabic-Regular.ttf"), (600, "NotoSansArabic-Bold.ttf")),
    letters=r"\u0600-\u06ff\u0750-\u077f",
    right_to_left=True,
)
HAN = Script(
    name="han",
    fonts=((400, "NotoSansHan-Regular.otf"),),
    letters=r"\u3000-\u30ff\u3130-\u318f\u4e00-\u9fff\uac00-\ud7af\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff60\uffe5",
)
"""Chinese, Japanese and Korean; Han characters have the forms of mainland China."""
SCRIPTS = (HEBREW, ARABIC, HAN)

LONGEST_WORD = 24
"""Letters without a space that always find a line to stand on; WeasyPrint would break shorter words, too, at the end of
a line, and longer ones may have to be broken."""
_BETWEEN = r"[ 0-9.,:;'\"/_\u2010-\u2027-]{0,16}"
"""What a right-to-left run may hold between two of its letters: neither letters, nor brackets, of which one half would
be mirrored and the other, outside, would not."""


def _run(script: Script) -> str:
    within = f"(?:{_BETWEEN}[{script.letters}]+)*" if script.right_to_left else ""
    return f"(?P<{script.name}>[{script.letters}]+{within})"


_RUN = re.compile("|".join(map(_run, SCRIPTS)))
_MEMBERS = tuple((one, re.compile(f"[{one.letters}]")) for one in SCRIPTS)
_NOT_SET = frozenset({"title", "style", "script"})


def script_of(character: str) -> Script | None:
    """The script whose font draws a character; none for those of the page's own fonts."""
    if character < "\u0590":
        return None
    return next((one for one, member in _MEMBERS if member.match(character)), None)


def set_runs_apart(root: Element) -> tuple[Script, ...]:
    """Wraps each run of another script in an element with its class; gives the scripts that were found.

    Args:
        root: a parsed HTML page, changed in place; attributes are left alone.
    """
    found: set[str] = set()
    for element in list(root.iter()):
        if element.tag in _NOT_SET:
            continue
        for place in range(len(element), 0, -1):  # from the end, so that insertions leave earlier places alone
            child = element[place - 1]
            child.tail = _wrap(element, place, child.tail, found)
        element.text = _wrap(element, 0, element.text, found)
    return tuple(one for one in SCRIPTS if one.name in found)


def _wrap(parent: Element, place: int, text: str | None, found: set[str]) -> str | None:
    """Puts the runs of ``text`` into ``parent`` as elements from ``place`` on; gives the text before the first."""
    runs = list(_RUN.finditer(text or ""))
    if not text or not runs:
        return text
    ends = [run.start() for run in runs[1:]] + [len(text)]
    for offset, (run, end) in enumerate(zip(runs, ends, strict=True)):
        name = str(run.lastgroup)
        found.add(name)
        long = _longest_word(text, run) > LONGEST_WORD
        wrapped = Element("span", {"class": f"{name} long" if long else name})
        wrapped.text, wrapped.tail = run.group(), text[run.end() : end]
        parent.insert(place + offset, wrapped)
    return text[: runs[0].start()]


def _longest_word(text: str, run: re.Match[str]) -> int:
    """Letters of the longest word that a run holds or is a part of: runs without a space between them are one word."""
    start, end = text.rfind(" ", 0, run.start()) + 1, text.find(" ", run.end())
    return max(map(len, text[start : None if end < 0 else end].split()))


def style_of(scripts: Iterable[Script], address: str) -> str:
    """The style sheet that loads the fonts of scripts and sets their runs.

    Lines keep their height: a font that reaches higher than the page's own would push them apart.

    Args:
        scripts: those on the page.
        address: where the fonts are, with a ``/`` at its end.
    """
    return "\n".join(_rules(one, address) for one in scripts)


def _rules(script: Script, address: str) -> str:
    faces = "".join(
        f"@font-face {{ font-family: {script.family}; font-weight: {weight}; src: url({address}{file}) }}\n"
        for weight, file in script.fonts
    )
    # an element of its own is all the isolation that WeasyPrint needs: it orders the text of each by itself
    direction = " direction: rtl;" if script.right_to_left else ""
    block = "; display: inline-block" if script.right_to_left else ""  # begins a line of its own where it must
    return (
        f"{faces}.{script.name} {{ font-family: {script.family}, Inter, JetBrains; line-height: 1;{direction} "
        f"overflow-wrap: normal }}\n.{script.name}.long {{ overflow-wrap: anywhere{block} }}"
    )


def files_of(scripts: Iterable[Script]) -> tuple[str, ...]:
    """The font files of scripts."""
    return tuple(file for one in scripts for _, file in one.fonts)
