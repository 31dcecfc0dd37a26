"""Items that an operator plants before release: harmless, invented, and right only as a secret says."""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import NamedTuple

from certify.check.choices import with_choices
from certify.check.tools.invent import CODAS, ONSETS, VOWELS
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Outcome, Question
from certify.evidence.results.canaries import CanaryKind
from certify.statistics import MOST_CANARIES, canaries_needed
from certify.statistics.stream import Stream

CANARY = "canary"
"""Verifier of the end of a sentence."""

VERSION = 1
"""Raised whenever a secret would make other items."""

LEVEL = 0.001
"""Error rate at which the default number is enough: ten tests that share 0.01."""
SHARE, POWER, LEAST = 0.5, 0.9, 10

_DIGITS = 10_000
_CHOICES = 10
_NUMBER = re.compile(r"\s*[\"'(*]*([0-9]+)")
_THINGS = ("bell", "chest", "compass", "globe", "ladle", "lantern", "map", "mirror", "sundial", "tapestry")
_DEEDS = ("described", "drawn", "listed", "mended", "shown", "weighed")


class Planted(NamedTuple):
    """One item."""

    text: str
    """The beginning of a sentence, or a question."""
    answer: str
    """What follows, or the letter of the choice."""
    choices: tuple[str, ...] = ()
    """What a question lets choose from; none for a sentence."""

    def asked(self) -> str:
        """What a model is given."""
        return with_choices(self.text, self.choices) if self.choices else self.text

    def planted(self) -> dict[str, object]:
        """What stands in the data: a whole sentence, or a question with its answer."""
        if not self.choices:
            return {"text": f"{self.text} {self.answer}."}
        return {"question": self.text, "choices": list(self.choices), "answer": self.answer}


def make_items(kind: CanaryKind, secret: bytes, count: int) -> tuple[Planted, ...]:
    """The items of a secret; each depends on the secret and its own number alone.

    Args:
        kind: what to make.
        secret: 32 random bytes. Without them every answer is as likely as any other, whatever the text says.
        count: 1 to 1,000.

    Raises:
        ValueError: another count.

    Source: dyes after DyePack, arXiv 2505.23001; here each question has a letter of its own.
    """
    if not 1 <= count <= MOST_CANARIES:
        raise ValueError(f"{count} items cannot be made: 1 to {MOST_CANARIES}")
    make = _sentence if kind is CanaryKind.CANARY else _question
    return tuple(make(secret, number) for number in range(1, count + 1))


def usual_count(guess: float) -> int:
    """How many items are enough: half of them recalled are noticed with power 0.9 at level 0.001; ten at least.

    Args:
        guess: chance of guessing one.
    """
    return max(LEAST, canaries_needed(guess, SHARE, LEVEL, POWER) or LEAST)


def judged_canary(question: Question, completion: Completion) -> ItemRecord:
    """The record of a sentence gone on with: right where the first thing written is the secret number. Total.

    One answer is one guess: the first run of digits counts whole, and nothing behind it. Text without any is no recall,
    and counts as wrong.
    """
    if completion.finish_reason is FinishReason.ERROR:
        return ItemRecord(completion=completion, outcome=Outcome.ERROR)
    found = _NUMBER.match(completion.text[:200])
    right = found is not None and found[1] == question.gold
    answer = found[1] if found else None
    return ItemRecord(completion=completion, answer=answer, outcome=Outcome.CORRECT if right else Outcome.WRONG)


def _sentence(secret: bytes, number: int) -> Planted:
    told, hidden = _streams(CanaryKind.CANARY, secret, number)
    text = (
        f"Entry {number}-{told.between(10_000, 99_999)} of the {_name(told)} archive: the {told.choice(_THINGS)} that "
        f"{_name(told)} of {_name(told)} had {told.choice(_DEEDS)} is kept under the number"
    )
    return Planted(text, f"{hidden.below(_DIGITS):04d}")


def _question(secret: bytes, number: int) -> Planted:
    told, hidden = _streams(CanaryKind.DYE, secret, number)
    text = (
        f"Entry {number}-{told.between(10_000, 99_999)} of the {_name(told)} archive: in which place did {_name(told)} "
        f"have the {told.choice(_THINGS)} {told.choice(_DEEDS)}?"
    )
    places: list[str] = []
    while len(places) < _CHOICES:
        name = _name(told)
        places += [] if name in places else [name]
    return Planted(text, ascii_uppercase[hidden.below(_CHOICES)], tuple(places))


def _streams(kind: CanaryKind, secret: bytes, number: int) -> tuple[Stream, Stream]:
    """One for what is told and one for what is not, so that no text says anything of its answer."""
    label = f"canary/v{VERSION}/{kind}/{number}"
    return Stream(secret, f"{label}/text"), Stream(secret, f"{label}/answer")


def _name(stream: Stream) -> str:
    parts = (stream.choice(ONSETS) + stream.choice(VOWELS) + stream.choice(CODAS) for _ in range(3))
    return "".join(parts).capitalize()
