"""Whether an answer is right; total: any text gives yes or no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from certify.check.continuations import same_words
from certify.check.families import FAMILIES
from certify.check.families.answers import integers, same_integers
from certify.check.families.base import IntegerAnswer
from certify.check.math_answers import same_mathematics
from certify.check.public import PUBLIC
from certify.check.puzzles import PUZZLES
from certify.check.short_answers import same_short, says_unknown
from certify.errors import UsageError

INTEGER = "integer"
TEXT = "text"
MATH = "math"
CHOICE = "choice"
SHORT = "short"
ABSTENTION = "abstention"
OPTION = "option"
FAMILY = "family:"
PUZZLE = "puzzle:"
PUBLIC_FAMILY = "public:"
_SPACE = re.compile(r"\s+")
_LETTERED = re.compile(r"^\W*[A-Z]\s*[).:]\s*")
_LETTER = re.compile(r"[\s(\[{$*\"'`]*(?:(?:option|choice)\s+\(?)?([A-Za-z])(?:\s*[)\].:}$*\"'`]|\s*$)", re.IGNORECASE)


def verify(verifier: str, answer: str, gold: str) -> bool:
    """Whether an extracted answer is the right one.

    Args:
        verifier: ``family:<id>``, ``public:<id>``, ``puzzle:<id>``, ``integer``, ``math``, ``choice``, ``text``,
            ``short``, ``abstention`` or ``option``.
        answer: the span that was extracted.
        gold: the right answer.

    Raises:
        UsageError: CERT-E102, there is no such verifier; never because of an answer.
    """
    return _comparison(verifier)(answer, gold)


def is_numeric(verifier: str, gold: str = "") -> bool:
    """Whether the right answer is a single number, so that a number may be picked out of prose.

    Raises:
        UsageError: CERT-E102, there is no such verifier.
    """
    _comparison(verifier)
    if verifier == MATH:
        return integers(gold, single=True) is not None
    if verifier.startswith(PUBLIC_FAMILY):
        return PUBLIC[verifier.removeprefix(PUBLIC_FAMILY)].numeric
    return verifier == INTEGER or isinstance(FAMILIES.get(verifier.removeprefix(FAMILY)), IntegerAnswer)


def is_structured(verifier: str) -> bool:
    """Whether right answers are JSON objects or lists.

    Raises:
        UsageError: CERT-E102, there is no such verifier.
    """
    _comparison(verifier)
    return verifier.startswith(PUZZLE)


def same_text(answer: str, gold: str) -> bool:
    """Equality of short texts, ignoring case, width, spaces and a final stop."""
    return folded(answer) == folded(gold) != ""


def same_choice(answer: str, gold: str) -> bool:
    """Whether an answer names the right one of several choices, by its letter: ``C``, ``(C)``, ``C. because``."""
    found = _LETTER.match(unicodedata.normalize("NFKC", answer[:1000]))
    return found is not None and found[1].upper() == gold.upper()


def _same_value(answer: str, gold: str) -> bool:
    return same_text(answer, gold) or same_mathematics(answer, gold)


def _comparison(verifier: str) -> Callable[[str, str], bool]:
    if verifier == INTEGER:
        return _same_integer
    named = _NAMED.get(verifier)
    if named is not None:
        return named
    if verifier.startswith(PUZZLE) and verifier.removeprefix(PUZZLE) in PUZZLES:
        return PUZZLES[verifier.removeprefix(PUZZLE)].verify
    if verifier.startswith(PUBLIC_FAMILY) and verifier.removeprefix(PUBLIC_FAMILY) in PUBLIC:
        return PUBLIC[verifier.removeprefix(PUBLIC_FAMILY)].verify
    family = FAMILIES.get(verifier.removeprefix(FAMILY)) if verifier.startswith(FAMILY) else None
    if family is None:
        raise UsageError("CERT-E102", f"no verifier is called {verifier!r}", hint="use certify of the plan's version")
    return family.verify


def _abstains(answer: str, gold: str) -> bool:
    return says_unknown(answer)


def _same_option(answer: str, gold: str) -> bool:
    """The words of a choice, with or without the letter before it."""
    return same_words(answer, gold) or same_words(_LETTERED.sub("", answer), gold)


def _same_integer(answer: str, gold: str) -> bool:
    return same_integers(answer, gold, count=1)


def folded(text: str) -> str:
    """A short text without case, width, spaces and a final stop."""
    plain = _SPACE.sub(" ", unicodedata.normalize("NFKC", text[:4000])).strip().casefold()
    return plain.strip("$`\"'").strip().removesuffix(".").replace("\\,", "").replace("\\ ", " ").strip()


_NAMED: dict[str, Callable[[str, str], bool]] = {
    TEXT: same_text,
    MATH: _same_value,
    CHOICE: same_choice,
    SHORT: same_short,
    ABSTENTION: _abstains,
    OPTION: _same_option,
}
