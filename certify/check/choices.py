"""Multiple choice: the choices of a row put under its question, and the letter of the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from string import ascii_uppercase
from typing import Any, NamedTuple

from certify.check.benchmark_files import text_of, value_at

CHOICES = ("choices", "options")
"""Columns that hold the choices, a list of texts."""

AT_RANDOM = "at-random"
"""Name of whoever draws a choice for each question."""


class Guessing(NamedTuple):
    """What is right without reading a question."""

    share: float
    """Share of the items, four decimals."""
    responder: str
    """:data:`AT_RANDOM`, or ``always-C`` for whoever always says C."""


def guessing(asked: Sequence[tuple[str, int | None]]) -> Guessing | None:
    """The most that guessing gives: a choice at random in the mean, or always the letter that is right most often.

    Args:
        asked: of each item the right answer and the number of its choices; None where it has none, which nobody
            guesses.

    Gives None where no item has choices.
    """
    letters = Counter(gold for gold, count in asked if count)
    if not letters:
        return None
    at_random = sum((Fraction(1, count) for _, count in asked if count), Fraction(0))
    letter = min(letters, key=lambda one: (-letters[one], one))
    best, name = (letters[letter], f"always-{letter}") if letters[letter] > at_random else (at_random, AT_RANDOM)
    return Guessing(round(float(Fraction(best) / len(asked)), 4), name)


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
    return f"{question}\n\n{lettered(choices)}\n\nAnswer with the letter of the right choice alone."


def lettered(choices: Sequence[str]) -> str:
    """A line for each choice, ``A) `` before the first."""
    return "\n".join(f"{letter}) {text}" for letter, text in zip(ascii_uppercase, choices, strict=False))


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
