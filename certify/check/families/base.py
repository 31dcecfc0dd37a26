"""What a family of fresh problems is: a grammar that draws, words, solves and checks its own problems.

A family is a pure function of a stream: the same seed gives the same problem on every machine and
Python version. Everything a problem says is derived from its facts, so an item stored in a file can be
solved and varied again without reading its English.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from certify.check.families import answers
from certify.errors import InternalError
from certify.statistics.stream import Stream

Fact = int | str | list[Any]
Facts = dict[str, Fact]
Responder = Callable[["Problem"], str]
LEVELS = (1, 2, 3)
RETRIES = 20_000


@dataclass(frozen=True)
class Problem:
    """One instance of a family.

    ``facts`` holds integers, strings and lists of them only, so it survives canonical JSON.
    """

    family: str
    version: int
    level: int
    question: str
    answer: str
    facts: Facts
    template: str


class Family(Protocol):
    """A versioned generator with an exact verifier; see :class:`Grammar` for the shared part."""

    id: str
    version: int
    released: str
    title: str
    levels: Sequence[int]

    def generate(self, stream: Stream, level: int) -> Problem:
        """A problem of this level, fixed by the stream."""

    def isomorph(self, problem: Problem, stream: Stream) -> Problem:
        """Another problem of the same wording, level and magnitude; its question differs."""

    def verify(self, answer_text: str, gold: str) -> bool:
        """Whether an extracted answer equals the gold one; total, never raises."""

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Responders that skip the reasoning, by name; the family's floor is the best of them."""

    def partial_solvers(self, stream: Stream) -> dict[str, Responder]:
        """Responders that do a part of the reasoning and guess the rest; reported, not part of the floor."""


class Grammar(ABC):
    """The common part of the families: subclasses say how facts are drawn, worded and solved."""

    id: str
    version: int = 1
    released: str = "2026-11-23"
    title: str
    levels: Sequence[int] = LEVELS
    templates: tuple[str, ...]

    @abstractmethod
    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Facts of this level; with ``like``, of the same structure and number of digits."""

    @abstractmethod
    def ask(self, facts: Facts, template: str) -> str:
        """The question in plain English."""

    @abstractmethod
    def solve(self, facts: Facts) -> str:
        """The gold answer in its canonical form."""

    @abstractmethod
    def verify(self, answer_text: str, gold: str) -> bool:
        """Whether an extracted answer equals the gold one; total, never raises."""

    def shape(self, facts: Facts) -> tuple[object, ...]:
        """What an isomorph must share beyond what ``draw`` already copies from ``like``."""
        return ()

    def generate(self, stream: Stream, level: int) -> Problem:
        """A problem of this level (one of ``levels``), fixed by the stream."""
        if level not in self.levels:
            raise InternalError("CERT-E065", f"family {self.id} has no level {level}", hint="ask for level 1, 2 or 3")
        template = stream.choice(self.templates)
        return self._build(self.draw(stream, level, None), level, template)

    def isomorph(self, problem: Problem, stream: Stream) -> Problem:
        """Same wording, level, digits and trailing zeros as ``problem``; the question is never the same.

        Raises:
            InternalError: no such problem turned up within the retry budget.
        """
        shape = self.shape(problem.facts)
        for _ in range(RETRIES):
            facts = self.draw(stream, problem.level, problem.facts)
            if self.shape(facts) != shape:
                continue
            made = self._build(facts, problem.level, problem.template)
            if made.question != problem.question:
                return made
        raise InternalError(
            "CERT-E067",
            f"no isomorph of a {self.id} problem in {RETRIES} tries",
            why=f"the wording and magnitude of {problem.question!r} admit no second problem",
            hint="leave this item out of the static set",
        )

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """The shortcuts of this family alone; the common ones are added by the floor."""
        return {}

    def partial_solvers(self, stream: Stream) -> dict[str, Responder]:
        """None, unless a family says otherwise."""
        return {}

    def _build(self, facts: Facts, level: int, template: str) -> Problem:
        question, answer = self.ask(facts, template), self.solve(facts)
        return Problem(self.id, self.version, level, question, answer, facts, template)


class IntegerAnswer(Grammar):
    """A family answered by one integer."""

    def verify(self, answer_text: str, gold: str) -> bool:
        """Equality of two integers; thousands commas, a sign, `$` and a final stop are tolerated."""
        return answers.same_integers(answer_text, gold, count=1)


class IntegersAnswer(Grammar):
    """A family answered by a list of integers whose order matters."""

    def verify(self, answer_text: str, gold: str) -> bool:
        """Equality of two lists of integers; commas, spaces, brackets and `x =` are tolerated."""
        return answers.same_integers(answer_text, gold)


class WordsAnswer(Grammar):
    """A family answered by a list of words or letters whose order matters."""

    def verify(self, answer_text: str, gold: str) -> bool:
        """Equality of two lists of words, ignoring case, commas, brackets and the word "and"."""
        return answers.same_words(answer_text, gold)
