"""What the twins read and what they are asked: items, canaries, dyes, runs of items and choices, from one seed.

Everything comes from the families' own generators, so that what is leaked and what is held out differ by chance alone.
For each thing that the leaked twin reads, the clean twin reads a stand-in: another draw of the same family, wording and
length, at the same place and as often.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from certify.check.families import FAMILIES, Problem, generate_items
from certify.check.families.base import Grammar
from certify.check.families.lexicon import NAMES, THINGS
from certify.demo.training.scratchpads import END, prompt, text_of
from certify.statistics.stream import Stream

EXPOSURES = (1, 2, 4, 8, 16, 32)
VERBATIM, QUESTION, BOTH, PARAPHRASE = "verbatim", "question only", "question and answer", "paraphrase"
VARIANTS = (VERBATIM, QUESTION, BOTH, PARAPHRASE)
LETTERS = "ABCD"
COLOURS = ("red", "blue", "green", "white")
SECRET_DIGITS = 4
CANARY_GUESS = 10.0**-SECRET_DIGITS
DYE_GUESS = 1 / len(LETTERS)
RUN = 4
"""Items in a run whose order is kept."""
STAND_IN_TRIES = 12
ISOMORPH_TRIES = 25
LEVEL = 1
Length = Callable[[str], int]


class Plan(NamedTuple):
    """How much of everything."""

    exposures: tuple[int, ...]
    """How often a leaked thing is read."""
    variants: tuple[str, ...]
    """In which forms items leak."""
    cell: int
    """Items for each number of exposures and each variant; as many as all of them are held out."""
    planted: int
    """Canaries, and as many dyes, for each number of exposures."""
    runs: int
    """Runs of items for each number of exposures."""
    choices: int
    """Multiple-choice items for each number of exposures; four times as many are held out."""
    background: int
    """Other documents that both twins read."""


class Leak(NamedTuple):
    """How a thing was read."""

    exposures: int
    """Times; 0 is held out."""
    variant: str
    """The form; empty where held out."""
    text: str
    """What the leaked twin read."""
    stand_in: str
    """What the clean twin read in its place."""


HELD_OUT = Leak(0, "", "", "")


class Item(NamedTuple):
    """A published item, with a rewrite that nobody read."""

    problem: Problem
    rewrite: Problem
    leak: Leak


class Planted(NamedTuple):
    """A canary or a dye."""

    kind: str
    asked: str
    secret: str
    leak: Leak


class Run(NamedTuple):
    """Items in their published order."""

    parts: tuple[str, ...]
    leak: Leak


class Choice(NamedTuple):
    """A multiple-choice item in its published order."""

    question: str
    options: tuple[str, ...]
    leak: Leak


@dataclass(frozen=True)
class World:
    """Everything of one seed."""

    items: list[Item]
    planted: list[Planted]
    runs: list[Run]
    choices: list[Choice]
    background: list[str]

    def leaks(self) -> Iterator[Leak]:
        """What is read more than never, in a fixed order."""
        for thing in (*self.items, *self.planted, *self.runs, *self.choices):
            if thing.leak.exposures:
                yield thing.leak


def seed_of(number: int) -> bytes:
    """The 32 bytes of a small seed."""
    return hashlib.sha256(b"certify/bench/contamination/v1/%d" % number).digest()


def published(problem: Problem) -> str:
    """An item as a benchmark publishes it: question and answer."""
    return f"Question: {problem.question}\nAnswer: {problem.answer}"


def whole(problem: Problem) -> str:
    """An item as a benchmark with worked solutions publishes it; what leaks verbatim, and what scores look at."""
    return text_of(problem).removesuffix(END)


def options_text(options: Sequence[str]) -> str:
    """The options one a line, lettered."""
    return "".join(f"{letter}. {option}\n" for letter, option in zip(LETTERS, options, strict=True))


def reworded(problem: Problem) -> Problem:
    """The same facts in the next wording of the family."""
    family = FAMILIES[problem.family]
    assert isinstance(family, Grammar)
    wordings = family.templates
    template = wordings[(wordings.index(problem.template) + 1) % len(wordings)]
    return Problem(
        problem.family, problem.version, problem.level, family.ask(problem.facts, template), problem.answer,
        problem.facts, template,
    )  # fmt: skip


def leaked_text(problem: Problem, variant: str) -> str:
    """The document in which an item leaks in this form."""
    if variant == QUESTION:
        return prompt(problem.question).removesuffix("\nAnswer:") + END
    if variant == BOTH:
        return published(problem) + END
    return text_of(reworded(problem) if variant == PARAPHRASE else problem)


class Maker:
    """Draws a world; no question is used twice."""

    def __init__(self, number: int, plan: Plan, length: Length) -> None:
        self.seed, self.plan, self.length = seed_of(number), plan, length
        self.taken: set[str] = set()

    def world(self) -> World:
        """All of it."""
        items, planted, runs, choices = self.items(), self.planted(), self.runs(), self.choices()
        return World(items, planted, runs, choices, self.background())

    def problems(self, purpose: str, wanted: int) -> list[Problem]:
        """So many new problems, equally many of each family, shuffled."""
        each = -(-wanted // len(FAMILIES))
        made = [
            problem
            for family in FAMILIES
            for problem in generate_items(self.seed, family, LEVEL, each, exclude=self.taken, purpose=purpose)
        ]
        Stream(self.seed, f"order/{purpose}").shuffle(made)
        self.taken.update(problem.question for problem in made[:wanted])
        return made[:wanted]

    def isomorphs(self, problem: Problem, purpose: str) -> Iterator[Problem]:
        """New isomorphs of a problem, endlessly; where its magnitude admits few, other problems of its family."""
        family = FAMILIES[problem.family]
        for attempt in count():
            stream = Stream(self.seed, f"{purpose}/{attempt}")
            few = attempt >= ISOMORPH_TRIES
            made = family.generate(stream, LEVEL) if few else family.isomorph(problem, stream)
            if made.question not in self.taken:
                yield made

    def isomorph(self, problem: Problem, purpose: str) -> Problem:
        """A new isomorph, taken."""
        made = next(self.isomorphs(problem, purpose))
        self.taken.add(made.question)
        return made

    def stand_in(self, problem: Problem, text: Callable[[Problem], str], purpose: str) -> str:
        """The document of an isomorph, of the same number of tokens if one turns up soon."""
        wanted, best = self.length(text(problem)), None
        for _, made in zip(range(STAND_IN_TRIES), self.isomorphs(problem, purpose), strict=False):
            miss = abs(self.length(text(made)) - wanted)
            if best is None or miss < best[0]:
                best = (miss, made)
            if miss == 0:
                break
        assert best is not None
        self.taken.add(best[1].question)
        return text(best[1])

    def items(self) -> list[Item]:
        """Half of them leaked, in cells drawn at random."""
        plan = self.plan
        cells = [(k, variant) for k in plan.exposures for variant in plan.variants for _ in range(plan.cell)]
        cells += [(0, "")] * len(cells)
        made = []
        for place, (problem, (k, variant)) in enumerate(zip(self.problems("item", len(cells)), cells, strict=True)):
            rewrite, leak = self.isomorph(problem, f"rewrite/{place}"), HELD_OUT
            if k:

                def text(one: Problem, variant: str = variant) -> str:
                    return leaked_text(one, variant)

                leak = Leak(k, variant, text(problem), self.stand_in(problem, text, f"stand-in/{place}"))
            made.append(Item(problem, rewrite, leak))
        return made

    def planted(self) -> list[Planted]:
        """Canaries and dyes; none is held out, for a clean twin's answers meet other secrets instead."""
        made = []
        for k in self.plan.exposures:
            for place in range(self.plan.planted):
                for kind, make in (("canary", _canary), ("dye", _dye)):
                    asked, secret = make(Stream(self.seed, f"{kind}/{k}/{place}"))
                    other = "".join(make(Stream(self.seed, f"other {kind}/{k}/{place}")))
                    made.append(Planted(kind, asked, secret, Leak(k, VERBATIM, asked + secret + END, other + END)))
        return made

    def runs(self) -> list[Run]:
        """Runs of items, each read as one document."""
        wanted = [k for k in (*self.plan.exposures, 0) for _ in range(self.plan.runs)]
        problems, made = self.problems("run", RUN * len(wanted)), []
        for place, k in enumerate(wanted):
            chosen = problems[RUN * place : RUN * (place + 1)]
            others = [self.isomorph(problem, f"run stand-in/{place}/{i}") for i, problem in enumerate(chosen)]
            parts = tuple(map(published, chosen))
            leak = Leak(k, VERBATIM, run_text(parts) + END, run_text(tuple(map(published, others))) + END)
            made.append(Run(parts, leak if k else HELD_OUT))
        return made

    def choices(self) -> list[Choice]:
        """Multiple-choice items, verbatim with the letter of the right option."""
        wanted = [k for k in (*self.plan.exposures, *[0] * 4) for _ in range(self.plan.choices)]
        made = []
        for place, (problem, k) in enumerate(zip(self.problems("choice", len(wanted)), wanted, strict=True)):
            other = self.isomorph(problem, f"choice stand-in/{place}")
            (options, text), (_, stand_in) = self.lettered(problem, "own", place), self.lettered(other, "other", place)
            made.append(Choice(problem.question, options, Leak(k, VERBATIM, text, stand_in) if k else HELD_OUT))
        return made

    def lettered(self, problem: Problem, purpose: str, place: int) -> tuple[tuple[str, ...], str]:
        """The options of a problem in an order drawn at random, and the whole document."""
        options = [problem.answer]
        for wrong in self.isomorphs(problem, f"options/{purpose}/{place}"):
            if wrong.answer not in options:
                options.append(wrong.answer)
            if len(options) == len(LETTERS):
                break
        Stream(self.seed, f"letters/{purpose}/{place}").shuffle(options)
        right = LETTERS[options.index(problem.answer)]
        return tuple(options), f"Question: {problem.question}\n{options_text(options)}Answer: {right}{END}"

    def background(self) -> list[str]:
        """Worked problems, with some choices and runs among them, so that both forms are known to both twins."""
        problems = self.problems("background", self.plan.background)
        cut, end = len(problems) * 6 // 100, len(problems) * 14 // 100
        texts = [self.lettered(problem, "background", place)[1] for place, problem in enumerate(problems[:cut])]
        texts += [run_text(tuple(map(published, problems[at : at + RUN]))) + END for at in range(cut, end, RUN)]
        return texts + [text_of(problem) for problem in problems[end:]]


def run_text(parts: Sequence[str]) -> str:
    """Items one after the other."""
    return "\n".join(parts)


def _canary(stream: Stream) -> tuple[str, str]:
    name, thing, room = stream.choice(NAMES), stream.choice(THINGS), stream.between(100, 999)
    asked = f"Question: Which code opens the box of {thing} that {name} keeps in room {room}?\nAnswer:"
    return asked, "".join(f" {stream.below(10)}" for _ in range(SECRET_DIGITS))


def _dye(stream: Stream) -> tuple[str, str]:
    name, thing, day = stream.choice(NAMES), stream.choice(THINGS), stream.between(100, 999)
    asked = f"Question: Which {thing} did {name} choose on day {day}?\n{options_text(COLOURS)}Answer:"
    return asked, f" {stream.choice(LETTERS)}"
