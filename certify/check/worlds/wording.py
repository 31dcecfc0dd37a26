"""Worlds as text; every question of the check ends with the same words, whatever it is about."""

from __future__ import annotations

from certify.check.worlds.draw import World
from certify.statistics.stream import Stream

ENDING = "Give the answer alone, or: unknown."
"""How every question ends, so that the four kinds of item differ in what they are about alone."""

_PHRASES = ("The {role} of {one} is {other}.", "{other} is the {role} of {one}.")


def facts_told(stream: Stream, world: World) -> str:
    """Every fact of a world in random order, in one of two wordings each."""
    facts = [
        (role, person, holder) for role, holders in enumerate(world.holders) for person, holder in enumerate(holders)
    ]
    stream.shuffle(facts)
    told = (
        stream.choice(_PHRASES).format(role=world.roles[role], one=world.people[one], other=world.people[other])
        for role, one, other in facts
    )
    return f"Facts: {' '.join(told)}\n"


def asked(world: World, name: str | None = None) -> str:
    """The question, of the head or of another name: the role that is followed last stands first."""
    roles = "".join(f"the {world.roles[role]} of " for role in reversed(world.path))
    return f"Who is {roles}{name or world.people[world.head]}?"


def ended(question: str, facts: str = "") -> str:
    """A question in the form that all of them have."""
    return f"{facts}{question.strip()} {ENDING}"
