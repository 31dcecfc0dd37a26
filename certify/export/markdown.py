"""Pages in Markdown whose words are other people's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def plain(text: str) -> str:
    """Text of others on a line of its own, without marks that a Markdown reader would act on."""
    flat = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|!" else c for c in flat)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; every cell is made plain."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return lines + [f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows]


def points(texts: Iterable[str]) -> list[str]:
    """The lines of a list; every entry is made plain."""
    return [f"- {plain(text)}" for text in texts]
