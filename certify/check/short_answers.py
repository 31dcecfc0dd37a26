"""Short answers: equal to the right one or to another name of it, or an admission that it is not known. Total."""

from __future__ import annotations

import re
import unicodedata

from certify.check.families.answers import integers

UNKNOWN = "unknown"
"""The right answer where nobody can know."""

_SPACE = re.compile(r"\s+")
_ARTICLE = re.compile(r"^(?:the|an?) (?=.)")
_ADMISSION = re.compile(
    r"(?:(?:the answer|it|this|that) (?:is )?)?"
    r"(?:unknown|not (?:known|given|stated|specified|mentioned|provided)"
    r"|(?:cannot|can not|can't) be (?:determined|known|answered))"
    r"|i (?:do not|don't) know(?: that| this| it)?"
    r"|(?:there is )?(?:not enough|insufficient|no) information"
)
"""What counts as an admission, and nothing beside it does: every question names the first of them."""


def says_unknown(answer: object) -> bool:
    """Whether an answer admits that it is not known, and says nothing else."""
    return isinstance(answer, str) and _ADMISSION.fullmatch(plain(answer)) is not None


def same_short(answer: object, gold: str) -> bool:
    """Whether an answer is the right one, ignoring case, width, spaces, a leading article and a final stop.

    Whole numbers are compared as such. Nothing is accepted because it merely contains the right answer.
    """
    if not isinstance(answer, str) or says_unknown(answer):
        return False
    number = integers(gold, single=True)
    if number is not None and len(number) == 1:
        return integers(answer, single=True) == number
    wanted = _ARTICLE.sub("", plain(gold))
    return wanted != "" and _ARTICLE.sub("", plain(answer)) == wanted


def plain(text: str) -> str:
    """A short text without case, width, spaces, quotes and a final stop."""
    folded = unicodedata.normalize("NFKC", text[:4_000]).replace("\u2019", "'").casefold()
    return _SPACE.sub(" ", folded).strip(" $`\"'.")
