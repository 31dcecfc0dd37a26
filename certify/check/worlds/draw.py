"""Worlds of invented people, each of whom has one person in every role, and a way from one of them to another.

Every role is a permutation without fixed points, and every person has every role: what is asked for is as frequent
among the facts as anything else, and no fact stands out because it is needed.
"""

from __future__ import annotations

from typing import NamedTuple

from certify.check.puzzles.wording import invented
from certify.errors import InternalError
from certify.statistics.stream import Stream

VERSION = 1
"""Raised whenever other worlds could be drawn."""

RELEASED = "2026-11-26"
"""Date the generator was published: its worlds are new, their kind is not."""

SIZES = {5: 1, 12: 3, 24: 5}
"""People in a world to roles that each of them has; five people are for demonstrations."""

HOPS = (1, 2, 3, 5, 8)
"""Facts that an answer may need."""

ROLES = ("doctor", "tailor", "lawyer", "barber", "editor", "tutor", "landlord", "gardener", "baker", "mentor")
"""Roles of which none says anything of another."""

TRIES = 5_000
_REAL = frozenset(["banana", "bikini", "dakota", "kimono", "lavabo", "pagoda", "papaya", "potato", "tomato", "valida"])
_ENDINGS = tuple(onset + vowel for onset in "bdgklmnprtvz" for vowel in "aiou")


class World(NamedTuple):
    """People, who is what to whom, and a question about them."""

    people: tuple[str, ...]
    """Their names."""
    roles: tuple[str, ...]
    """What they are to each other."""
    holders: tuple[tuple[int, ...], ...]
    """For each role the person who holds it, by whose it is: ``holders[role][person]``."""
    head: int
    """The person whom the question names."""
    path: tuple[int, ...]
    """Roles to follow from there, in this order."""
    stranger: str
    """A name that belongs to nobody in this world."""

    def after(self, path: tuple[int, ...]) -> int:
        """The person whom a way from the head leads to."""
        person = self.head
        for role in path:
            person = self.holders[role][person]
        return person

    def way(self) -> tuple[int, ...]:
        """The people on the way, the head first and the answer last."""
        return tuple(self.after(self.path[:steps]) for steps in range(len(self.path) + 1))

    def answer(self) -> str:
        """The name that is asked for."""
        return self.people[self.after(self.path)]


def fits(people: int, hops: int) -> bool:
    """Whether a world of this size has ways of this length on which nobody comes twice."""
    return people in SIZES and hops in HOPS and hops < people


def draw(stream: Stream, people: int, hops: int) -> World:
    """A world with a question that needs ``hops`` facts, by rejection.

    Nobody comes twice on the way, so no fact can be left out. The roles do not read the same in either order, so
    reading them the wrong way round leads elsewhere but by chance.

    Args:
        stream: fixes it.
        people: a key of :data:`SIZES`.
        hops: facts that are needed, see :func:`fits`.

    Raises:
        InternalError: CERT-E065, there are no such worlds; CERT-E068, none was found.
    """
    if not fits(people, hops):
        raise InternalError("CERT-E065", f"there are no worlds of {people} people with {hops} hops")
    roles = SIZES[people]
    for _ in range(TRIES):
        *names, stranger = _names(stream, people + 1)
        found = World(
            tuple(names),
            tuple(stream.sample(ROLES, roles)),
            tuple(_without_fixed_points(stream, people) for _ in range(roles)),
            stream.below(people),
            tuple(stream.below(roles) for _ in range(hops)),
            stranger,
        )
        both_ways = roles > 1 and hops > 1 and found.path == found.path[::-1]
        if not both_ways and len(set(found.way())) == hops + 1:
            return found
    raise InternalError("CERT-E068", f"no world of {people} people with {hops} hops in {TRIES} tries")


def _names(stream: Stream, count: int) -> list[str]:
    """Different names of six letters that mean nothing; no two begin alike."""
    while True:
        words = [word + stream.choice(_ENDINGS) for word in invented(stream, count)]
        if not _REAL.intersection(words):
            return [word.capitalize() for word in words]


def _without_fixed_points(stream: Stream, size: int) -> tuple[int, ...]:
    """A uniform permutation in which nobody holds a role for themselves."""
    while True:
        order = list(range(size))
        stream.shuffle(order)
        if all(place != person for place, person in enumerate(order)):
            return tuple(order)
