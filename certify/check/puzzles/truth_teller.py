"""Truth-tellers and liars, later with a spy who says what it likes: who is what follows from what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product

from certify.check.puzzles.base import Puzzle, PuzzleFamily, Responder
from certify.check.puzzles.solver import Clue, Frame
from certify.check.puzzles.wording import PEOPLE, Lexicon, invented, listed
from certify.statistics.stream import Stream

_PEOPLE = {1: 3, 2: 4, 3: 5, 4: 6, 5: 7, 6: 6, 7: 8}
_SPY_FROM = 6
_LIAR, _HONEST, _SPY = 0, 1, 2
_ABOUT_ONE = ("honest", "liar")
_ROUNDS = 12
_STARTS = 0.05
"""Most starts from which repeated judging may arrive at the solution, where it has more than one."""


_TRUE: dict[str, Callable[[int, int], bool]] = {
    "honest": lambda first, last: first == _HONEST,
    "liar": lambda first, last: first == _LIAR,
    "alike": lambda first, last: first == last,
    "unlike": lambda first, last: first != last,
    "one_honest": lambda first, last: _HONEST in (first, last),
    "one_liar": lambda first, last: _LIAR in (first, last),
    "if_honest": lambda first, last: first != _HONEST or last == _HONEST,
}
"""When each kind of statement is true, by the roles of the people it is about."""
_PHRASES: dict[str, tuple[str, ...]] = {
    "honest": ("{x}: {y} is a {roles[1]}", "{x} says that {y} is a {roles[1]}"),
    "liar": ("{x}: {y} is a {roles[0]}", "{x} says that {y} is a {roles[0]}"),
    "alike": ("{x}: {y} and {z} are of the same kind", "{x} says that {y} is what {z} is"),
    "unlike": ("{x}: {y} and {z} are of different kinds", "{x} says that {y} is not what {z} is"),
    "one_honest": ("{x}: {y} or {z} or both are {roles[1]}s", "{x} says that {y} or {z} is a {roles[1]}, or both"),
    "one_liar": ("{x}: {y} or {z} or both are {roles[0]}s", "{x} says that {y} or {z} is a {roles[0]}, or both"),
    "if_honest": ("{x}: if {y} is a {roles[1]}, so is {z}", "{x} says that {z} is a {roles[1]} if {y} is one"),
}


class TruthTeller(PuzzleFamily):
    """Three people up to eight; the three are for demonstrations, since a guess is right one time in six."""

    id = "truth-teller"
    title = "Truth-tellers, liars and a spy"
    levels = tuple(_PEOPLE)
    answers = "roles"
    phrases = _PHRASES

    @staticmethod
    def holds(kind: str, constant: int, *values: int) -> bool:
        """The first value is the speaker's role: 0 always lies, 1 never lies, 2 does as it likes."""
        speaker, *others = values
        return speaker == _SPY or TruthTeller.true(kind, others) == (speaker == _HONEST)

    @staticmethod
    def true(kind: str, roles: Sequence[int]) -> bool:
        """Whether a statement about people of these roles is true."""
        return _TRUE[kind](roles[0], roles[-1])

    def frame(self, stream: Stream, level: int) -> Frame:
        """Roles at random, never all alike; from level 6 exactly one spy."""
        people, spies = _PEOPLE[level], level >= _SPY_FROM
        roles = [_LIAR] * people
        while len(set(roles)) == 1:
            roles = [stream.below(2) for _ in range(people)]
        if spies:
            roles[stream.below(people)] = _SPY
        once = ((_SPY, tuple(range(people))),) if spies else ()
        return Frame(level, (3 if spies else 2,) * people, (), once, tuple(roles))

    def kinds(self, frame: Frame) -> tuple[str, ...]:
        """All kinds alike."""
        return tuple(self.phrases)

    def propose(self, stream: Stream, frame: Frame, kind: str, *, true: bool) -> Clue:
        """Somebody speaks of others, never of themselves."""
        about = 1 if kind in _ABOUT_ONE else 2
        return Clue(kind, tuple(stream.sample(range(len(frame.sizes)), about + 1)))

    def candidates(self, stream: Stream, frame: Frame) -> Iterator[Clue]:
        """One statement from everybody, then a second one."""
        said: set[Clue] = set()
        for _ in range(2):
            for speaker in stream.sample(range(len(frame.sizes)), len(frame.sizes)):
                kind = stream.choice(self.kinds(frame))
                others = [person for person in range(len(frame.sizes)) if person != speaker]
                clue = Clue(kind, (speaker, *stream.sample(others, 1 if kind in _ABOUT_ONE else 2)))
                values = [frame.gold[person] for person in clue.scope]
                if self.holds(kind, 0, *values) and clue not in said:
                    said.add(clue)
                    yield clue

    def admits(self, frame: Frame, clues: Sequence[Clue]) -> bool:
        """Whether judging everybody by their words, again and again, seldom arrives at the solution."""
        starts = list(product(*(range(size) for size in frame.sizes)))
        if frame.once:
            starts = [start for start in starts if start.count(_SPY) == 1]
        said, memory = _by_speaker(clues), dict[tuple[int, ...], tuple[int, ...]]()
        arrivals = (start for start in starts if _settled(said, start, memory) == frame.gold)
        most = max(1, int(_STARTS * len(starts)))
        return len(list(islice(arrivals, most + 1))) <= most

    def replaces(self, old: Clue, new: Clue) -> bool:
        """Everybody says as much as before."""
        return old.scope[0] == new.scope[0]

    def lexicon(self, stream: Stream, frame: Frame, renamed: bool) -> Lexicon:
        """Ordinary names and roles; or invented ones; or ordinary roles turned round."""
        people = len(frame.sizes)
        if not renamed:
            return Lexicon(tuple(stream.sample(PEOPLE, people)), {}, ("knave", "knight", "spy"))
        words = invented(stream, people + 3)
        roles = ("knight", "knave", "spy") if stream.below(2) else tuple(words[people:])
        return Lexicon(tuple(word.capitalize() for word in words[:people]), {}, roles, renamed=True)

    def ask(self, frame: Frame, lexicon: Lexicon, told: Sequence[str]) -> str:
        """Who there is, what the roles do, what they say, and the form of the answer."""
        liar, honest, spy = lexicon.roles
        start = f"{listed(lexicon.names)} live here. A {honest} only says true things, a {liar} only false ones"
        if not frame.once:
            return f"{start}. {' '.join(told)} Who are the {honest}s? Answer as a JSON list, or: unsolvable."
        return (
            f"{start}; exactly one of them is a {spy}, who says either. {' '.join(told)} "
            "What is each? Answer as JSON, {name: kind}, or: unsolvable."
        )

    def solve(self, frame: Frame, lexicon: Lexicon, values: Sequence[int]) -> str:
        """The honest ones as a JSON list, or everybody's role as a JSON object where there is a spy."""
        if not frame.once:
            return json.dumps([name for name, role in zip(lexicon.names, values, strict=True) if role == _HONEST])
        return json.dumps({name: lexicon.roles[role] for name, role in zip(lexicon.names, values, strict=True)})

    def space(self, level: int) -> int:
        """Roles not all alike, times the places of the spy."""
        people = _PEOPLE[level]
        return people * (1 << (people - 1)) if level >= _SPY_FROM else (1 << people) - 2

    def shortcuts(self, frame: Frame, clues: Sequence[Clue]) -> dict[str, tuple[int, ...]]:
        """Judging everybody by their words from all honest, all liars, or as last spoken of."""
        people = len(frame.sizes)
        spoken = [_HONEST] * people
        for clue in clues:
            if clue.kind in _ABOUT_ONE:
                spoken[clue.scope[1]] = _HONEST if clue.kind == "honest" else _LIAR
        return {
            "from-all-honest": judged(clues, (_HONEST,) * people),
            "from-all-liars": judged(clues, (_LIAR,) * people),
            "as-spoken-of": tuple(spoken),
            "from-as-spoken-of": judged(clues, tuple(spoken)),
        }

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Any roles not all alike, and the same judged by what is said."""

        def guess(puzzle: Puzzle) -> tuple[int, ...]:
            return self.frame(stream, puzzle.level).gold

        return {
            "any-roles": lambda puzzle: self.solve(puzzle.frame, puzzle.lexicon, guess(puzzle)),
            "judged-from-any": lambda puzzle: self.solve(
                puzzle.frame, puzzle.lexicon, judged(puzzle.clues, guess(puzzle))
            ),
        }


def judged(clues: Sequence[Clue], start: Sequence[int]) -> tuple[int, ...]:
    """Roles after everybody was judged by their words, all at once, again and again; a spy stays one.

    Source: synchronous fixed-point iteration, which solves four in ten such puzzles that are not screened for it.
    """
    return _settled(_by_speaker(clues), tuple(start), {})


def _by_speaker(clues: Sequence[Clue]) -> dict[int, list[Clue]]:
    said: dict[int, list[Clue]] = {}
    for clue in clues:
        said.setdefault(clue.scope[0], []).append(clue)
    return said


def _settled(
    said: dict[int, list[Clue]], roles: tuple[int, ...], memory: dict[tuple[int, ...], tuple[int, ...]]
) -> tuple[int, ...]:
    for _ in range(_ROUNDS):
        if roles not in memory:
            memory[roles] = _judged_once(said, roles)
        before, roles = roles, memory[roles]
        if before == roles:
            break
    return roles


def _judged_once(said: dict[int, list[Clue]], roles: tuple[int, ...]) -> tuple[int, ...]:
    judgement = list(roles)
    for person, words in said.items():
        if roles[person] != _SPY:
            honest = all(TruthTeller.true(clue.kind, [roles[other] for other in clue.scope[1:]]) for clue in words)
            judgement[person] = _HONEST if honest else _LIAR
    return tuple(judgement)
