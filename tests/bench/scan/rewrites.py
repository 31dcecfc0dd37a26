"""The classes of planted copies: what may have happened to a benchmark item before it got into a corpus.

Each is a function of the item's text, words of the place it is planted in, and a seeded ``random.Random``. It returns
None where the item gives no room for the change (no numbers to swap, one sentence to shuffle).
"""

from __future__ import annotations

import html
import re
import string
import textwrap
from collections.abc import Callable, Sequence
from random import Random

from tests.bench.scan.paraphrase import paraphrased

Rewrite = Callable[[str, Sequence[str], Random], str | None]

_NAMES = """
Aaliyah Bogdan Chidi Delphine Emeka Farida Gustav Hiroko Ines Joaquin Kwame Lerato Marisol Nikhil Oksana Priya Quentin
Rashida Soren Tatiana Umar Violeta Wendell Ximena Yusuf Zofia
"""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")
_CLAUSE = re.compile(r"(?<=[.!?,;:])\s+|\n+")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
_CURLY = {"'": "’", '"': "”", "-": "‑", "...": "…", "fi": "ﬁ", "fl": "ﬂ"}


def verbatim(text: str, _: Sequence[str], chance: Random) -> str:
    """Byte for byte, on lines of its own."""
    return f"\n\n{text}\n\n"


def embedded(text: str, _: Sequence[str], chance: Random) -> str:
    """Byte for byte, in the middle of a line of other text."""
    return f" {text} "


def case_punctuation(text: str, _: Sequence[str], chance: Random) -> str:
    """Other capitals; punctuation kept, dropped at the ends of words, or blanked out."""
    text = chance.choice([str.upper, str.lower, str.title, str.swapcase])(text)
    way = chance.randrange(3)
    if way == 1:
        return " ".join(word.strip(string.punctuation) for word in text.split())
    return text.translate({ord(mark): " " for mark in string.punctuation}) if way else text


def marks_deleted(text: str, _: Sequence[str], chance: Random) -> str:
    """Lower case, every mark deleted, so that words it stood between become one."""
    return text.lower().translate({ord(mark): None for mark in string.punctuation})


def rewrapped(text: str, _: Sequence[str], chance: Random) -> str:
    """Other line breaks, half of them behind a margin of a quotation or a comment."""
    margin = chance.choice(["", "", "    ", "> ", "# ", " * ", "// "])
    wrapped = textwrap.wrap(" ".join(text.split()), chance.randint(24, 76), break_long_words=False)
    return "\n" + "\n".join(margin + line for line in wrapped) + "\n"


def one_edit(text: str, words: Sequence[str], chance: Random) -> str:
    """One word replaced, dropped or added."""
    return _edited(text, words, chance, 1)


def ten_percent(text: str, words: Sequence[str], chance: Random) -> str:
    """One word in ten replaced, dropped or added."""
    return _edited(text, words, chance, max(1, round(len(text.split()) / 10)))


def truncated(text: str, _: Sequence[str], chance: Random) -> str:
    """The first or the last 60 % of the words."""
    pieces = re.split(r"(\s+)", text)
    words = (len(pieces) + 1) // 2
    kept = 2 * -(-words * 3 // 5) - 1
    return "".join(pieces[:kept] if chance.random() < 0.5 else pieces[-kept:])


def shuffled(text: str, _: Sequence[str], chance: Random) -> str | None:
    """Sentences in another order; clauses where there are fewer than three, thirds where there are none."""
    parts = _SENTENCE.split(text)
    parts = parts if len(parts) >= 3 else _CLAUSE.split(text)
    if len(parts) < 3:
        words = text.split()
        third = -(-len(words) // 3)
        parts = [" ".join(words[i : i + third]) for i in range(0, len(words), third)]
    before = [part.strip() for part in parts if part.strip()]
    after = list(before)
    for _try in range(8):
        chance.shuffle(after)
        if after != before:
            return " ".join(after)
    return None


def web(text: str, _: Sequence[str], chance: Random) -> str:
    """As HTML source: entities, tags around some words, breaks for lines."""
    words = []
    for word in html.escape(text, quote=True).replace("\n", "<br/>\n").split(" "):
        tag = chance.choice(["b", "i", "em", "code", "span"])
        words.append(f"<{tag}>{word}</{tag}>" if word and chance.random() < 0.1 else word)
    return f"<p>{'&nbsp;'.join(words) if chance.random() < 0.1 else ' '.join(words)}</p>"


def unicode_variants(text: str, _: Sequence[str], chance: Random) -> str:
    """Other characters for the same text: full width, ligatures, curly quotes, no-break spaces, soft hyphens."""
    if chance.random() < 0.3:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    for plain, other in _CURLY.items():
        text = text.replace(plain, other)
    pieces = []
    for word in text.split(" "):
        cut = chance.randrange(1, len(word)) if len(word) > 6 and chance.random() < 0.2 else 0
        pieces.append(f"{word[:cut]}\u00ad{word[cut:]}" if cut else word)
    return "".join(piece + (" " if chance.random() < 0.8 else "\u00a0") for piece in pieces)


def latex(text: str, _: Sequence[str], chance: Random) -> str | None:
    """Mathematics set by other commands, or numbers and stressed words set in LaTeX where there is none."""
    if ("$" in text and "\\" in text) or text.count("$") > 2:
        text = re.sub(r"\$([^$]+)\$", r"\\(\1\\)", text) if chance.random() < 0.5 else text
        text = re.sub(r"\\frac\b", r"\\dfrac", text)
        text = re.sub(r"\\(?:cdot)\b", r"\\times", text)
        return re.sub(r"(?<!\\)(?<!\\left)\(([^()]{1,40})\)", r"\\left(\1\\right)", text)
    if not text.isascii() or "\\" in text:
        return None
    text = _NUMBER.sub(lambda m: f"${m[0]}$", text.replace("%", r"\%").replace("$", r"\$"))
    words = [rf"\textbf{{{w}}}" if w.isalpha() and chance.random() < 0.1 else w for w in text.split(" ")]
    return "\\item " + " ".join(words)


def twin(text: str, _: Sequence[str], chance: Random) -> str | None:
    """The same words about other numbers and other names: a sibling of one template, and no copy."""
    numbers, names = dict.fromkeys(_NUMBER.findall(text)), dict.fromkeys(_NAME.findall(text))
    if not numbers or len(numbers) + len(names) < 2:
        return None
    fresh = {old: _other_number(old, chance) for old in numbers}
    text = _NUMBER.sub(lambda m: fresh[m[0]], text)
    fresh_names = _NAMES.split()
    called = dict(zip(names, chance.sample(fresh_names, min(len(names), len(fresh_names))), strict=False))
    return re.sub(r"\b[A-Z][a-z]{2,}\b", lambda m: called.get(m[0], m[0]), text)


def one_number(text: str, _: Sequence[str], chance: Random) -> str | None:
    """One number replaced by another, everything else as it was."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    one = chance.choice(found)
    return text[: one.start()] + _other_number(one[0], chance) + text[one.end() :]


def _other_number(old: str, chance: Random) -> str:
    low = 10 ** (len(old) - 1) if len(old) > 1 else 1
    fresh = str(chance.randrange(low, 10 ** len(old)))
    return fresh if fresh != old else str(int(old) + 1)


def _edited(text: str, words: Sequence[str], chance: Random, edits: int) -> str:
    """Edits at distinct words: three in five replace, one in five drops, one in five adds; spaces stay as they are.

    Words with digits are left alone: another number makes another problem, and has classes of its own.
    """
    pieces = re.split(r"(\s+)", text)
    places = [i for i, piece in enumerate(pieces) if piece and not piece.isspace() and not _NUMBER.search(piece)]
    for place in chance.sample(places, min(edits, len(places))):
        other, way = chance.choice(words), chance.randrange(5)
        pieces[place] = "" if way == 3 else f"{pieces[place]} {other}" if way == 4 else other
    return "".join(pieces)


CLASSES: dict[str, Rewrite] = {
    "verbatim": verbatim,
    "case, punctuation": case_punctuation,
    "re-wrapped": rewrapped,
    "embedded": embedded,
    "one word edited": one_edit,
    "10 % edited": ten_percent,
    "truncated to 60 %": truncated,
    "sentences shuffled": shuffled,
    "HTML": web,
    "Unicode variants": unicode_variants,
    "LaTeX restyled": latex,
    "paraphrased by rule": paraphrased,
    "marks deleted": marks_deleted,
    "one number": one_number,
    "numbers and names": twin,
}
GOALS = {
    "verbatim": 0.99, "case, punctuation": 0.99, "re-wrapped": 0.99, "embedded": 0.99, "one word edited": 0.99,
    "10 % edited": 0.99, "truncated to 60 %": 0.95, "sentences shuffled": 0.90,
}  # fmt: skip
"""Least recall asked of a class; the others are measured and reported as what they are."""
