"""What questions about given facts pay to an answerer who does not put them together.

``python -m certify.check.worlds.floor`` prints the table that ships as ``certify/evidence/floors/worlds.json``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from certify.check.families.floor import Floor
from certify.check.floors import ITEMS, best_of
from certify.check.short_answers import UNKNOWN, same_short
from certify.check.worlds.draw import HOPS, SIZES, VERSION, World, draw, fits
from certify.check.worlds.wording import asked, ended, facts_told
from certify.errors import InternalError
from certify.evidence.floors import floor_table
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/worlds/floor/v1").digest()
_FREQUENT = 5
_NAME = re.compile(r"\b[A-Z][a-z]{5}\b")


class Told(NamedTuple):
    """A world and its text."""

    world: World
    """Who is what to whom."""
    facts: str
    """The facts as told."""
    text: str
    """The whole question."""


Null = Callable[[Told], str]


def null_floor(people: int, hops: int, *, items: int = ITEMS) -> Floor:
    """The most that any null responder gets right, with its upper bound.

    Args:
        people: a key of :data:`certify.check.worlds.draw.SIZES`.
        hops: facts that are needed.
        items: how many worlds are drawn, at least 1.
    """
    drawn = [told(Stream(SEED, f"floor/{people}/{hops}/{number}"), people, hops) for number in range(items)]
    scores = null_scores(drawn, Stream(SEED, f"nulls/{people}/{hops}"))
    return best_of(scores, items)


def null_scores(drawn: Sequence[Told], stream: Stream) -> dict[str, int]:
    """How many of these each null responder gets right."""
    bank = null_bank(drawn, stream)
    return {name: sum(same_short(respond(one), one.world.answer()) for one in drawn) for name, respond in bank.items()}


@cache
def floors() -> dict[int, dict[int, Floor]]:
    """The frozen floors by people and hops, as they ship.

    Raises:
        InternalError: CERT-E069, the shipped table is of another version.
    """
    shipped = floor_table("worlds")
    if shipped.get("version") != VERSION:
        raise InternalError(
            "CERT-E069",
            f"the table worlds.json has no floors for version {VERSION} of the invented facts",
            hint="run python -m certify.check.worlds.floor and ship its output",
        )
    return {
        int(people): {int(hops): Floor(**row) for hops, row in rows.items()}
        for people, rows in shipped["floor"].items()
    }


def table(items: int = ITEMS) -> str:
    """The text of ``certify/evidence/floors/worlds.json``, computed afresh."""
    rows = {
        str(people): {str(hops): vars(null_floor(people, hops, items=items)) for hops in HOPS if fits(people, hops)}
        for people in SIZES
    }
    return json.dumps({"version": VERSION, "floor": rows}, indent=1) + "\n"


def told(stream: Stream, people: int, hops: int) -> Told:
    """A world with its text."""
    world = draw(stream, people, hops)
    facts = facts_told(stream, world)
    return Told(world, facts, ended(asked(world), facts))


def null_bank(drawn: Sequence[Told], stream: Stream) -> dict[str, Null]:
    """Every null responder by name: those that read nothing, those that match words, and those that do a part.

    Following only names or only roles, as many steps as there are, counts among them where there is more than one
    role: it needs no putting together of both. The most frequent names are those of ``drawn``, which favours them.
    """
    bank: dict[str, Null] = {
        "empty": lambda one: "",
        "unknown": lambda one: UNKNOWN,
        "question": lambda one: one.text,
        "all-names": lambda one: ", ".join(one.world.people),
        "head": lambda one: one.world.people[one.world.head],
        "first-name": lambda one: _NAME.findall(one.facts)[0],
        "last-name": lambda one: _NAME.findall(one.facts)[-1],
        "another-answer": lambda one: stream.choice(drawn).world.answer(),
        "any-name": lambda one: stream.choice(one.world.people),
        "any-but-the-head": lambda one: _any_but(stream, one.world, (one.world.head,)),
        "first-holder": lambda one: _holders_told(one)[0],
        "last-holder": lambda one: _holders_told(one)[-1],
        "before-the-head": lambda one: _beside_head(one)[0],
        "after-the-head": lambda one: _beside_head(one)[-1],
    }
    for place, (name, _) in enumerate(Counter(one.world.answer() for one in drawn).most_common(_FREQUENT), 1):
        bank[f"frequent-{place}"] = lambda one, name=name: name  # type: ignore[misc]
    if len(drawn[0].world.path) > 1:
        bank |= _partial(stream)
    if len(drawn[0].world.roles) > 1:
        bank["names-without-roles"] = lambda one: _after(one.world, _any_path(stream, one.world))
    return bank


def _partial(stream: Stream) -> dict[str, Null]:
    """Those that leave a part of the way out, or take it in the wrong order."""
    bank: dict[str, Null] = {
        "outermost-role": lambda one: _after(one.world, one.world.path[-1:]),
        "innermost-role": lambda one: _after(one.world, one.world.path[:1]),
        "one-step-short": lambda one: _after(one.world, one.world.path[:-1]),
        "first-step-left-out": lambda one: _after(one.world, one.world.path[1:]),
        "but-for-head-and-outermost": lambda one: _any_but(
            stream, one.world, (one.world.head, one.world.after(one.world.path[-1:]))
        ),
        "off-the-way": lambda one: _any_but(stream, one.world, one.world.way()[:-1]),
    }
    return bank | {
        "wrong-order": lambda one: _after(one.world, one.world.path[::-1]) if _varied(one.world) else "",
        "outermost-repeated": lambda one: (
            _after(one.world, one.world.path[-1:] * len(one.world.path)) if _varied(one.world) else ""
        ),
    }


def _varied(world: World) -> bool:
    """Whether order matters: with one role alone, the wrong order is the right one."""
    return len(world.roles) > 1


def _any_path(stream: Stream, world: World) -> tuple[int, ...]:
    return tuple(stream.below(len(world.roles)) for _ in world.path)


def _after(world: World, path: tuple[int, ...]) -> str:
    return world.people[world.after(path)]


def _any_but(stream: Stream, world: World, left_out: Sequence[int]) -> str:
    return stream.choice([name for person, name in enumerate(world.people) if person not in left_out])


def _holders_told(one: Told) -> list[str]:
    """The holders of the outermost role in the order of the text."""
    role = re.escape(one.world.roles[one.world.path[-1]])
    found = re.findall(rf"The {role} of \w+ is (\w+)\.|(\w+) is the {role} of \w+\.", one.facts)
    return [first or second for first, second in found]


def _beside_head(one: Told) -> list[str]:
    """The other name in each fact that names the head, in the order of the text."""
    head = one.world.people[one.world.head]
    found = [_NAME.findall(fact) for fact in one.facts.split(".") if head in fact]
    return [name for names in found for name in names if name != head] or [head]


if __name__ == "__main__":
    print(table(), end="")
