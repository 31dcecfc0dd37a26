"""Multiple choice: the choices of a row put under its question, and the letter of the right one."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from certify.check.benchmark_files import text_of, value_at

CHOICES = ("choices", "options")
"""Columns that hold the choices, a list of texts."""


def choices_of(row: Any) -> tuple[str, ...] | None:
    """The choices of a row, or None where it has none; a choice that is not given is no choice."""
    for column in CHOICES:
        found = value_at(row, column)
        listed = found.get("text") if isinstance(found, dict) else found
        if isinstance(listed, list) and 2 <= len(listed) <= len(ascii_uppercase):
            texts = [text_of(one) for one in listed]
            if all(texts):
                return tuple(str(text).strip() for text in texts)
    return None


def with_choices(question: str, choices: Sequence[str]) -> str:
    """The question with a lettered line for each choice, in the order of the file."""
    lines = [f"{letter}) {text}" for letter, text in zip(ascii_uppercase, choices, strict=False)]
    return f"{question}\n\n" + "\n".join(lines) + "\n\nAnswer with the letter of the right choice alone."


def letter_of(answer: Any, choices: Sequence[str]) -> str | None:
    """The letter of the right choice, given as that letter, as its 0-based place, or as its text; None otherwise."""
    letters = ascii_uppercase[: len(choices)]
    if isinstance(answer, int) and not isinstance(answer, bool):
        return letters[answer] if 0 <= answer < len(letters) else None
    text = text_of(answer)
    if text is None:
        return None
    bare = text.strip().strip("()").strip()
    if len(bare) == 1 and bare.upper() in letters:
        return bare.upper()
    places = [place for place, choice in enumerate(choices) if choice == text.strip()]
    return letters[places[0]] if len(places) == 1 else None
