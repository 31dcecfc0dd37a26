"""What a public family adds to the library's generator: settings, screens, and an exact comparison."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from certify.statistics.stream import Stream

LONGEST = 1_000
"""Longest answer that is read, characters."""

QuestionResponder = Callable[[str], str]
"""Answers a question without its solution."""

_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "⁄": "/"})
_COMMANDS = re.compile(r"\\(times|cdot|ast|div|left|right|quad)(?![a-zA-Z])|\\[,;:! ()\[\]]|~")
_MEANING = {"times": "*", "cdot": "*", "ast": "*", "div": "/"}


class PublicItem(NamedTuple):
    """One problem of a public family."""

    question: str
    """The library's text; where that does not say in which form to answer, a line that does."""
    gold: str
    """What decides on answers, see :meth:`PublicFamily.verify`."""


class PublicFamily(ABC):
    """One family of the library; all of it but the drawing itself is pure."""

    id: ClassVar[str]
    version: ClassVar[int] = 1
    """Raised whenever settings, screen or comparison change."""
    settings: ClassVar[Mapping[str, Any]] = {}
    """What the library's generator is given; its defaults otherwise."""
    form: ClassVar[str] = ""
    """Line added to the question where the library does not say in which form to answer."""
    numeric: ClassVar[bool] = False
    """Whether the answer is a single number, so that it may be picked out of prose."""

    @abstractmethod
    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """What decides on answers to an entry of the library; None for a problem that the screens leave out."""

    @abstractmethod
    def read(self, answer: str) -> str | None:
        """An extracted answer in the library's own notation; None for anything else. Total, never raises."""

    @abstractmethod
    def same(self, said: str, gold: str) -> bool:
        """Whether what :meth:`read` gave is right."""

    def verify(self, answer: str, gold: str) -> bool:
        """Whether an extracted answer is right; total, never raises."""
        said = self.read(answer)
        return said is not None and self.same(said, gold)

    def spoken(self, gold: str) -> str:
        """The right answer as somebody would write it; the gold itself in most families."""
        return gold

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Responders that skip the reasoning, by name; the common ones are added by the floor."""
        return {}

    def partial_solvers(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Responders that do a part of the reasoning; reported, not part of the floor."""
        return {}


def plain(answer: object) -> str | None:
    """An answer with its signs and LaTeX written out in ASCII; None where that does not give ASCII.

    Only notation changes: signs for minus, times and divided by, spacing commands, dollar signs around it, and a
    final stop.
    """
    if not isinstance(answer, str) or len(answer) > LONGEST:
        return None
    text = unicodedata.normalize("NFKC", answer).translate(_SIGNS)
    text = _COMMANDS.sub(lambda found: _MEANING.get(found[1] or "", " "), text)
    text = " ".join(text.split()).strip("$` ").removesuffix(".").strip("$` ")
    return text if text.isascii() and 0 < len(text) <= LONGEST else None
