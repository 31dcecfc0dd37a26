"""What a family of puzzles is: it draws a solution and clues, proves that no other solution fits, and words them.

A puzzle is a pure function of a stream. Clues are added until only the drawn solution is left, then left out
one by one where they are not needed; a puzzle that a known shortcut solves is drawn again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from certify.check.puzzles.answers import UNSOLVABLE, same
from certify.check.puzzles.solver import Clue, Frame, is_possible, is_unique, without_needless
from certify.check.puzzles.wording import Lexicon, told
from certify.errors import InternalError
from certify.statistics.stream import Stream

DRAWS = 2_000
"""Puzzles drawn before a family gives up; a count, never a time."""

_TWIN_CLUES = 60
_SCOPES = 200

Responder = Callable[["Puzzle"], str]


@dataclass(frozen=True)
class Puzzle:
    """One instance of a family."""

    family: str
    """Id of its family."""
    version: int
    """Version of the generator."""
    level: int
    """Difficulty."""
    renamed: bool
    """Whether names and relations are invented and defined in the text."""
    question: str
    """The text put to a model."""
    answer: str
    """The right answer in its canonical form."""
    frame: Frame
    """Variables and solution."""
    clues: tuple[Clue, ...]
    """What the text tells, in its order."""
    lexicon: Lexicon
    """The words it is told in."""


class PuzzleFamily(ABC):
    """Subclasses say which variables there are, what clues can say, and in which words."""

    id: ClassVar[str]
    version: ClassVar[int] = 1
    released: ClassVar[str] = "2026-11-26"
    title: ClassVar[str]
    levels: ClassVar[Sequence[int]]
    answers: ClassVar[str] = "assignment"
    """Kind of its answers, a key of :data:`certify.check.puzzles.answers.READERS`."""
    phrases: ClassVar[Mapping[str, tuple[str, ...]]]
    """Ordinary wordings of each kind of clue."""
    meanings: ClassVar[Mapping[str, tuple[str, str]]] = MappingProxyType({})
    """Kinds that may get an invented word ``w``: how it is used, and what it is said to mean."""

    @staticmethod
    @abstractmethod
    def holds(kind: str, constant: int, *values: int) -> bool:
        """Whether values of a clue's variables satisfy it."""

    @abstractmethod
    def frame(self, stream: Stream, level: int) -> Frame:
        """Variables and a solution of this level."""

    @abstractmethod
    def kinds(self, frame: Frame) -> tuple[str, ...]:
        """Kinds of clues to draw from; a kind named twice comes twice as often."""

    @abstractmethod
    def propose(self, stream: Stream, frame: Frame, kind: str, *, true: bool) -> Clue:
        """Any clue of a kind; where that is easy, one that the solution satisfies, or violates."""

    @abstractmethod
    def lexicon(self, stream: Stream, frame: Frame, renamed: bool) -> Lexicon:
        """Names for everything."""

    @abstractmethod
    def ask(self, frame: Frame, lexicon: Lexicon, told: Sequence[str]) -> str:
        """The question around the clues."""

    @abstractmethod
    def solve(self, frame: Frame, lexicon: Lexicon, values: Sequence[int]) -> str:
        """The canonical answer that values of the variables stand for."""

    @abstractmethod
    def space(self, level: int) -> int:
        """How many answers a guess is one of."""

    @abstractmethod
    def shortcuts(self, frame: Frame, clues: Sequence[Clue]) -> dict[str, tuple[int, ...]]:
        """Values that known shortcuts arrive at; no puzzle is kept that one of them solves."""

    @abstractmethod
    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Further responders that do not reason, for the floor."""

    def verify(self, answer: str, gold: str) -> bool:
        """Whether an extracted answer is the right one; total, never raises."""
        return same(self.answers, answer, gold)

    def admits(self, frame: Frame, clues: Sequence[Clue]) -> bool:
        """Whether minimal clues pass the family's other screens."""
        return True

    def replaces(self, old: Clue, new: Clue) -> bool:
        """Whether a false clue may take the place of a true one without showing it."""
        return True

    def candidates(self, stream: Stream, frame: Frame) -> Iterator[Clue]:
        """True clues in random order, none twice, until the family runs out of them."""
        said: dict[Clue, None] = {}
        kinds = self.kinds(frame)
        for _ in range(40 * len(frame.sizes)):
            clue = self.drawn(stream, frame, stream.choice(kinds), true=True)
            if clue is not None and clue not in said:
                said[clue] = None
                yield clue

    def drawn(self, stream: Stream, frame: Frame, kind: str, *, true: bool) -> Clue | None:
        """A clue of a kind that the solution satisfies, or violates; None where none turned up."""
        for _ in range(_SCOPES):
            clue = self.propose(stream, frame, kind, true=true)
            if self.holds(clue.kind, clue.constant, *(frame.gold[v] for v in clue.scope)) == true:
                return clue
        return None

    def generate(self, stream: Stream, level: int, *, renamed: bool) -> Puzzle:
        """A puzzle of this level with exactly one solution and no clue too many.

        Raises:
            InternalError: CERT-E068, none turned up.
        """
        for _ in range(DRAWS):
            frame = self.frame(stream, level)
            clues = self._minimal(stream, frame)
            if clues is None or not self.admits(frame, clues):
                continue
            stream.shuffle(clues)
            if frame.gold not in self.shortcuts(frame, clues).values():
                return self.worded(stream, frame, clues, self.lexicon(stream, frame, renamed))
        raise InternalError("CERT-E068", f"no {self.id} puzzle of level {level} in {DRAWS} draws")

    def twin(self, puzzle: Puzzle, stream: Stream) -> Puzzle | None:
        """The same puzzle with one clue exchanged so that no solution is left; None where none turned up.

        The clue contradicts no other one alone, so that two clues side by side do not give it away.
        """
        frame, clues = puzzle.frame, list(puzzle.clues)
        for _ in range(_TWIN_CLUES):
            false = self.drawn(stream, frame, stream.choice(self.kinds(frame)), true=False)
            place = stream.below(len(clues))
            if false is None or not self.replaces(clues[place], false):
                continue
            changed = [*clues[:place], false, *clues[place + 1 :]]
            if is_possible(frame, changed, self.holds) or self._pair_contradicts(frame, changed, place):
                continue
            made = self.worded(stream, frame, changed, puzzle.lexicon)
            return Puzzle(**{**vars(made), "answer": UNSOLVABLE})
        return None

    def worded(self, stream: Stream, frame: Frame, clues: Sequence[Clue], lexicon: Lexicon) -> Puzzle:
        """Frame and clues as a question."""
        varied = frame.level > 1
        sentences = [told(stream, clue, lexicon, self.phrases, self.meanings, varied=varied) for clue in clues]
        used = [kind for kind in lexicon.relations if any(clue.kind == kind for clue in clues)]
        defined = [lexicon.definition(kind, self.meanings[kind]) for kind in used]
        return Puzzle(
            family=self.id,
            version=self.version,
            level=frame.level,
            renamed=lexicon.renamed,
            question=self.ask(frame, lexicon, [*defined, *sentences]),
            answer=self.solve(frame, lexicon, frame.gold),
            frame=frame,
            clues=tuple(clues),
            lexicon=lexicon,
        )

    def _minimal(self, stream: Stream, frame: Frame) -> list[Clue] | None:
        clues: list[Clue] = []
        for number, clue in enumerate(self.candidates(stream, frame), 1):
            clues.append(clue)
            if number % max(2, len(frame.sizes) // 4) == 0 and is_unique(frame, clues, self.holds):
                return without_needless(frame, clues, self.holds)
        return without_needless(frame, clues, self.holds) if is_unique(frame, clues, self.holds) else None

    def _pair_contradicts(self, frame: Frame, clues: list[Clue], place: int) -> bool:
        others = [clue for number, clue in enumerate(clues) if number != place]
        return any(not is_possible(frame, [clues[place], other], self.holds) for other in others)
