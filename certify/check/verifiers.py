"""Whether an answer is right; total: any text gives yes or no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from certify.check.families import FAMILIES
from certify.check.families.answers import same_integers
from certify.check.families.base import IntegerAnswer
from certify.check.puzzles import PUZZLES
from certify.errors import UsageError

INTEGER = "integer"
TEXT = "text"
FAMILY = "family:"
PUZZLE = "puzzle:"
_SPACE = re.compile(r"\s+")


def verify(verifier: str, answer: str, gold: str) -> bool:
    """Whether an extracted answer is the right one.

    Args:
        verifier: ``family:<id>``, ``puzzle:<id>``, ``integer`` or ``text``.
        answer: the span that was extracted.
        gold: the right answer.

    Raises:
        UsageError: CERT-E102, there is no such verifier; never because of an answer.
    """
    return _comparison(verifier)(answer, gold)


def is_numeric(verifier: str) -> bool:
    """Whether right answers are single numbers, so that a number may be picked out of prose.

    Raises:
        UsageError: CERT-E102, there is no such verifier.
    """
    _comparison(verifier)
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
    return _folded(answer) == _folded(gold) != ""


def _comparison(verifier: str) -> Callable[[str, str], bool]:
    if verifier == INTEGER:
        return _same_integer
    if verifier == TEXT:
        return same_text
    if verifier.startswith(PUZZLE) and verifier.removeprefix(PUZZLE) in PUZZLES:
        return PUZZLES[verifier.removeprefix(PUZZLE)].verify
    family = FAMILIES.get(verifier.removeprefix(FAMILY)) if verifier.startswith(FAMILY) else None
    if family is None:
        raise UsageError("CERT-E102", f"no verifier is called {verifier!r}", hint="use certify of the plan's version")
    return family.verify


def _same_integer(answer: str, gold: str) -> bool:
    return same_integers(answer, gold, count=1)


def _folded(text: str) -> str:
    plain = _SPACE.sub(" ", unicodedata.normalize("NFKC", text[:4000])).strip().casefold()
    return plain.strip("$`\"'").strip().removesuffix(".").replace("\\,", "").replace("\\ ", " ").strip()
