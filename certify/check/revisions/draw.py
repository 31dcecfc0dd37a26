"""Orders and their revisions, drawn so that each revision counts and no earlier total is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from certify.check.revisions.order import Change, Line, Order, missed, states
from certify.errors import InternalError
from certify.statistics.stream import Stream

VERSION = 1
"""Raised whenever other items could be drawn."""

THINGS = ("pens", "cups", "bags", "lamps", "books", "keys", "rugs", "pots", "hats", "fans", "jars", "mugs")
TRIES = 5_000
TOLD_APART = 6
"""Up to so many revisions every known mistake gives another total."""


class Level(NamedTuple):
    """How much there is to follow."""

    revisions: int
    """Changes that count."""
    lines: int
    asides: int
    """Remarks that change nothing, in the middle."""
    most: int
    """Largest quantity and price at first."""


LEVELS = {
    1: Level(revisions=2, lines=2, asides=0, most=6),
    2: Level(revisions=2, lines=3, asides=0, most=9),
    3: Level(revisions=4, lines=3, asides=1, most=12),
    4: Level(revisions=6, lines=4, asides=1, most=12),
    5: Level(revisions=8, lines=5, asides=2, most=12),
}


class Item(NamedTuple):
    """One order with its story."""

    order: Order
    changes: tuple[Change, ...]
    """In order; an aside changes nothing."""
    diagnostics: dict[str, int]
    """Totals that tell a known mistake: ``stale-<n>`` after the n-th change, ``missed-<n>`` without it."""

    @property
    def total(self) -> int:
        """What is right after the last change."""
        return states(self.order, self.changes)[-1].total


def draw(stream: Stream, level: int, aside_last: bool) -> Item:
    """An item of this level, by rejection.

    Args:
        stream: fixes it.
        level: a key of :data:`LEVELS`.
        aside_last: whether the last thing said changes nothing, so that the last change is no guide.

    Raises:
        InternalError: CERT-E068, none was found.
    """
    for _ in range(TRIES):
        order = _order(stream, LEVELS[level])
        revisions = _revisions(stream, order, LEVELS[level].revisions)
        diagnostics = mistakes(order, revisions)
        if _fair(order, revisions, diagnostics):
            return Item(order, _with_asides(stream, revisions, LEVELS[level].asides, aside_last), diagnostics)
    raise InternalError("CERT-E068", f"no order with revisions of level {level} in {TRIES} tries")


def mistakes(order: Order, revisions: Sequence[Change]) -> dict[str, int]:
    """The total after each revision but the last, and without each but the last: missing that is being late by one."""
    totals = [state.total for state in states(order, revisions)]
    stale = {f"stale-{place}": total for place, total in enumerate(totals[:-1])}
    return stale | {f"missed-{place + 1}": missed(order, revisions, place) for place in range(len(revisions) - 1)}


def _fair(order: Order, revisions: Sequence[Change], diagnostics: dict[str, int]) -> bool:
    """Every revision counts, no total repeats that could be told apart, and every state can be paid for."""
    passed = states(order, revisions)
    gold, known = passed[-1].total, list(diagnostics.values())
    apart = len(set(known)) == len(known) or len(revisions) > TOLD_APART
    moved = all(before.total != after.total for before, after in pairwise(passed))
    payable = all(state.total > 0 and any(line.active for line in state.lines) for state in passed)
    telling = passed[-1].fee != passed[-1].discount  # or leaving both out would come to the same
    return gold not in known and apart and moved and payable and telling


def _order(stream: Stream, level: Level) -> Order:
    lines = tuple(
        Line(thing, stream.between(2, level.most), stream.between(2, level.most))
        for thing in stream.sample(THINGS, level.lines)
    )
    return Order(lines, stream.between(3, 9), stream.between(1, 5))


def _revisions(stream: Stream, order: Order, count: int) -> list[Change]:
    made: list[Change] = []
    while len(made) < count:
        change = _change(stream, states(order, made)[-1])
        if change is not None:
            made.append(change)
    return made


def _change(stream: Stream, order: Order) -> Change | None:
    active = [place for place, line in enumerate(order.lines) if line.active]
    gone = [place for place, line in enumerate(order.lines) if not line.active]
    kind = stream.choice(("quantity", "price", "more", "fewer", "drop", "restore", "swap", "fee", "discount"))
    if kind in ("fee", "discount"):
        return Change(kind, (), stream.between(1, 12))
    if kind == "restore":
        return Change(kind, (stream.choice(gone),)) if gone else None
    if kind == "swap":
        return Change(kind, tuple(stream.sample(active, 2))) if len(active) > 1 else None
    if not active or (kind == "drop" and len(active) < 2):
        return None
    return _of_one_line(stream, order, kind, stream.choice(active))


def _of_one_line(stream: Stream, order: Order, kind: str, place: int) -> Change | None:
    if kind == "drop":
        return Change(kind, (place,))
    if kind in ("quantity", "price"):
        return Change(kind, (place,), stream.between(2, 12))
    most = 6 if kind == "more" else order.lines[place].quantity - 1
    return Change(kind, (place,), stream.between(1, most)) if most >= 1 else None


def _with_asides(stream: Stream, revisions: Sequence[Change], asides: int, aside_last: bool) -> tuple[Change, ...]:
    made = list(revisions)
    for _ in range(asides):
        made.insert(stream.between(0, len(made) - 1), _aside(stream))
    return (*made, _aside(stream)) if aside_last else tuple(made)


def _aside(stream: Stream) -> Change:
    return Change("aside", (), stream.between(11, 99))
