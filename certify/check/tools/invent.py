"""Tools that nobody can have seen: names, arguments, units and choices out of syllables, linked by what they give.

The tools that are needed form a chain of units, some with a second input from further back. Distractors hang on it:
they take what is at hand and give what is of no use, or give what is wanted from what nobody has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from certify.engines.toolbox import ONE_INPUT, TWO_INPUTS, compute
from certify.errors import InternalError
from certify.statistics.stream import Stream

VERSION = 1
"""Raised whenever other tools could be drawn."""

TRIES = 5_000
CHOICES = 5
"""Values of every choice: with fewer, guessing pays."""

ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "gr", "kl", "zv")
VOWELS = ("a", "e", "i", "o", "u")
CODAS = ("", "", "l", "m", "n", "r")

World = dict[str, Any]
Tool = dict[str, Any]


class Level(NamedTuple):
    """How much there is to read and to do."""

    depth: int
    """Tools that are needed."""
    distractors: int
    choice: bool
    """Whether each tool has a choice that its documentation decides."""
    hidden: bool
    """Whether each tool adds a rate that is not documented, so that its result is known only by calling it."""


LEVELS = {
    1: Level(depth=1, distractors=1, choice=False, hidden=False),
    2: Level(depth=1, distractors=3, choice=True, hidden=False),
    3: Level(depth=2, distractors=4, choice=True, hidden=False),
    4: Level(depth=3, distractors=6, choice=True, hidden=True),
    5: Level(depth=4, distractors=8, choice=True, hidden=True),
    6: Level(depth=6, distractors=10, choice=True, hidden=True),
}


class Invention(NamedTuple):
    """A question about invented tools."""

    world: World
    """What :mod:`certify.engines.toolbox` runs; the tools in the order in which they are documented."""
    grades: tuple[str, ...]
    """The words of which one decides every choice."""
    grade: int | None
    """Which of them holds; None where the question does not say."""
    path: tuple[str, ...]
    """Names of the tools that are needed, first to last."""
    value: int | None
    """The right number; None where no tool can give it."""


def invent(stream: Stream, level: int, *, lacking: bool = False) -> Invention:
    """A question of this level, by rejection.

    Args:
        stream: fixes it.
        level: a key of :data:`LEVELS`.
        lacking: whether a needed tool takes what nobody has, or the question leaves out what decides the choices.

    Raises:
        InternalError: CERT-E068, none was found.
    """
    for _ in range(TRIES):
        made = _attempt(stream, LEVELS[level])
        if _fair(made):
            return _without_something(stream, made) if lacking else made
    raise InternalError("CERT-E068", f"no invented tools of level {level} in {TRIES} tries")


def solve(made: Invention, choices: tuple[int, ...]) -> int:
    """What comes out when the right tools are called, each with the choice that belongs to one of these grades."""
    known = {entry["unit"]: entry["value"] for entry in made.world["given"]}
    result = 0
    for name, grade in zip(made.path, choices, strict=True):
        tool = named(made.world, name)
        chosen = choice_for(tool, grade)
        result = compute(tool, [known[one["unit"]] for one in tool["inputs"]], chosen)
        known[tool["unit"]] = result
    return result


def choice_for(tool: Tool, grade: int) -> str | None:
    """The value that a tool's documentation asks for at a grade; None where it has no choice."""
    choice = tool.get("choice")
    return None if choice is None else str(choice["values"][choice["grades"].index(grade)])


def named(world: World, name: str) -> Tool:
    """The tool of this name, which is there."""
    return next(tool for tool in world["tools"] if tool["name"] == name)


def _attempt(stream: Stream, level: Level) -> Invention:
    words = _words(stream)
    grades = tuple(next(words) for _ in range(CHOICES)) if level.choice else ()
    units = [f"{next(words)}s" for _ in range(level.depth + 1)]
    extra = f"{next(words)}s"
    given = [{"unit": units[0], "value": stream.between(3, 99)}]
    path = []
    for place in range(level.depth):
        second = extra if place == 0 else units[stream.below(place)]
        inputs = [units[place]] if stream.below(2) or level.depth == 1 else [units[place], second]
        path.append(_tool(stream, words, level, inputs, units[place + 1]))
    if any(one["unit"] == extra for tool in path for one in tool["inputs"]):
        given.append({"unit": extra, "value": stream.between(3, 99)})
    tools = path + [_distractor(stream, words, level, units, place) for place in range(level.distractors)]
    stream.shuffle(tools)
    world = {"tools": tools, "given": given, "goal": units[-1], "limit": 2 * level.depth + 4}
    grade = stream.below(CHOICES) if level.choice else None
    made = Invention(world, grades, grade, tuple(tool["name"] for tool in path), None)
    return made._replace(value=solve(made, (grade or 0,) * level.depth))


def _distractor(stream: Stream, words: Iterator[str], level: Level, units: list[str], place: int) -> Tool:
    """Takes what is at hand and gives what is of no use, or the other way round; never both, so no path leads past."""
    if place % 2 == 0:
        return _tool(stream, words, level, [units[stream.below(len(units) - 1)]], f"{next(words)}s")
    return _tool(stream, words, level, [f"{next(words)}s"], units[1 + stream.below(len(units) - 1)])


def _tool(stream: Stream, words: Iterator[str], level: Level, inputs: list[str], unit: str) -> Tool:
    op = stream.choice(TWO_INPUTS if len(inputs) == 2 else ONE_INPUT if level.depth > 1 else ("affine",))
    tool: Tool = {
        "name": f"{next(words)}_{next(words)}" if level.choice else next(words),
        "inputs": [{"name": next(words), "unit": one} for one in inputs],
        "op": op,
        "constants": _constants(stream, op),
        "unit": unit,
    }
    if level.choice:
        offsets = stream.sample(range(1, 60), CHOICES)
        values = [next(words) for _ in range(CHOICES)]
        decided_by = stream.sample(range(CHOICES), CHOICES)
        tool["choice"] = {"name": next(words), "values": values, "offsets": offsets, "grades": decided_by}
    return tool | ({"rate": stream.between(100, 999)} if level.hidden else {})


def _constants(stream: Stream, op: str) -> list[int]:
    if op == "clamp":
        low = stream.between(5, 60)
        return [low, low + stream.between(40, 400)]
    if op == "remainder":
        return [stream.between(23, 97)]
    return [stream.between(2, 9), stream.between(2, 49)] if op in ("affine", "weighted") else [stream.between(2, 9)]


def _words(stream: Stream) -> Iterator[str]:
    """Words that have not come before."""
    seen: set[str] = set()
    while True:
        syllables = [
            stream.choice(ONSETS) + stream.choice(VOWELS) + (stream.choice(CODAS) if last else "") for last in (0, 1)
        ]
        word = "".join(syllables)
        if word not in seen:
            seen.add(word)
            yield word


def _fair(made: Invention) -> bool:
    """No single other choice and no other tool gives the right number, and the number is not in the question."""
    depth, grade = len(made.path), made.grade or 0
    right, given = made.value, [entry["value"] for entry in made.world["given"]]
    if right is None or right in given or not 0 < right < 10**6:
        return False
    if not made.grades:
        return True
    others = (
        solve(made, tuple(other if at == place else grade for at in range(depth)))
        for place in range(depth)
        for other in range(CHOICES)
        if other != grade
    )
    return right not in others and right not in _by_other_tools(made, grade)


def _by_other_tools(made: Invention, grade: int) -> set[int]:
    """What the other tools give for a value of the question."""
    values = [entry["value"] for entry in made.world["given"]]
    return {
        compute(tool, [value] * len(tool["inputs"]), choice_for(tool, grade))
        for tool in made.world["tools"]
        if tool["name"] not in made.path[-1:]
        for value in values
    }


def _without_something(stream: Stream, made: Invention) -> Invention:
    if made.grades and stream.below(2):
        return made._replace(grade=None, value=None)
    lost, told = stream.choice(made.path), str(made.world)
    unit = next(f"{word}s" for word in _words(stream) if word not in told)
    tools = [
        tool | {"inputs": [tool["inputs"][0] | {"unit": unit}, *tool["inputs"][1:]]} if tool["name"] == lost else tool
        for tool in made.world["tools"]
    ]
    return made._replace(world=made.world | {"tools": tools}, value=None)
