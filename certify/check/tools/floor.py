"""What an answerer who reads no documentation gets right: ``python -m certify.check.tools.floor``."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from certify.check.families.floor import Floor
from certify.check.floors import ITEMS, best_of, shipped_floors, table_text
from certify.check.tools.invent import LEVELS, VERSION, Invention, Tool, invent, named
from certify.check.tools.wording import question
from certify.engines.sessions.tools import IMPOSSIBLE, trace
from certify.engines.toolbox import call
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/tools/floor/v1").digest()
PACKAGE = "certify.check.tools"
_NUMBER = re.compile(r"[0-9]+")
_FREQUENT = 5
Null = Callable[[Invention], list[str]]
"""What it writes, a turn each; it knows what its calls give."""


def null_floor(level: int, *, items: int = ITEMS) -> Floor:
    """The floor of a level: the most that any null responder solves, with its upper bound.

    Results come back, as in mode ``act``; in mode ``plan`` the same calls have the same end.

    Args:
        level: a key of :data:`certify.check.tools.invent.LEVELS`.
        items: how many are drawn, at least 1; all can be solved.
    """
    drawn = [invent(Stream(SEED, f"floor/l{level}/{number}"), level) for number in range(items)]
    bank = null_bank(level, drawn)
    return best_of({name: sum(solves(made, write(made)) for made in drawn) for name, write in bank.items()}, items)


def floors() -> dict[int, Floor]:
    """The floors as they ship, by level."""
    return shipped_floors(PACKAGE, VERSION)


def solves(made: Invention, texts: Sequence[str]) -> bool:
    """Whether these answers are scored as right."""
    found = trace(made.world, texts)
    return found.answer == str(made.value) and made.value in found.known.get(str(made.world["goal"]), ())


def null_bank(level: int, drawn: Sequence[Invention]) -> dict[str, Null]:
    """Every null responder by name.

    Those that know the right tools but not the choice count where there is a choice: what they lack is all that the
    documentation says of it. Frequent numbers are those of ``drawn``, which favours them.
    """
    stream = Stream(SEED, f"nulls/l{level}")
    depth, values = LEVELS[level].depth, [made.value for made in drawn]
    bank: dict[str, Null] = {
        "empty": lambda made: [""],
        "impossible": lambda made: [_answer(IMPOSSIBLE)],
        "first-number": lambda made: [_answer(_numbers(made)[0])],
        "last-number": lambda made: [_answer(_numbers(made)[-1])],
        "another-value": lambda made: [_answer(stream.choice(values))],
        "first-tools": lambda made: _calls(stream, made, made.world["tools"][:depth]),
        "last-tools": lambda made: _calls(stream, made, made.world["tools"][-depth:]),
        "random-tools": lambda made: _calls(stream, made, stream.sample(made.world["tools"], depth)),
    }
    if depth > 1:
        bank["last-step-alone"] = lambda made: _calls(stream, made, [named(made.world, made.path[-1])])
    for place, (value, _) in enumerate(Counter(values).most_common(_FREQUENT), 1):
        bank[f"frequent-{place}"] = lambda made, value=value: [_answer(value)]  # type: ignore[misc]
    if LEVELS[level].choice:
        bank["right-tools-random-choice"] = lambda made: _calls(stream, made, _path(made))
        bank["right-tools-first-choice"] = lambda made: _calls(None, made, _path(made))
    return bank


def _path(made: Invention) -> list[Tool]:
    return [named(made.world, name) for name in made.path]


def _calls(stream: Stream | None, made: Invention, tools: Sequence[Tool]) -> list[str]:
    """Calls these tools in this order with what fits or is at hand, choosing at random, and answers the last result."""
    known = {str(one["unit"]): int(one["value"]) for one in made.world["given"]}
    texts, last = list[str](), 0
    for tool in tools:
        arguments: dict[str, object] = {
            one["name"]: known.get(one["unit"], next(reversed(known.values()))) for one in tool["inputs"]
        }
        if "choice" in tool:
            values = tool["choice"]["values"]
            arguments[tool["choice"]["name"]] = values[0] if stream is None else stream.choice(values)
        last = call(made.world, tool["name"], arguments).value or 0
        known[str(tool["unit"])] = last
        texts.append(json.dumps({"tool": tool["name"], "args": arguments}))
    return [*texts, _answer(last)]


def _answer(value: object) -> str:
    return json.dumps({"answer": value})


def _numbers(made: Invention) -> list[int]:
    return [int(found) for found in _NUMBER.findall(question(made, act=True))]


if __name__ == "__main__":
    print(table_text(VERSION, {level: null_floor(level) for level in LEVELS}), end="")
