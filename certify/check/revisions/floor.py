"""What an answerer gets right who follows no revision, or most: ``python -m certify.check.revisions.floor``."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from certify.check.families.answers import same_integers
from certify.check.families.floor import Floor
from certify.check.floors import ITEMS, best_of, shipped_floors, shipped_partials, table_text
from certify.check.revisions.draw import LEVELS, VERSION, Item, draw
from certify.check.revisions.order import Change, Order, states
from certify.check.revisions.wording import at_once, in_one_message, turn_by_turn
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/revisions/floor/v1").digest()
PACKAGE = "certify.check.revisions"
_NUMBER = re.compile(r"[0-9]+")
_FREQUENT = 5
Null = Callable[[Item], object]
"""Answers an item without following its revisions."""


def null_floor(level: int, *, items: int = ITEMS) -> Floor:
    """The floor of a level: the most that any null responder gets right in any arm, with its upper bound.

    Args:
        level: a key of :data:`certify.check.revisions.draw.LEVELS`.
        items: how many are drawn, at least 1.
    """
    drawn = _drawn(level, items)
    return best_of(_scores(null_bank(level, drawn), drawn), items)


def partial_floor(level: int, *, items: int = ITEMS) -> Floor:
    """The most that anybody gets right who adds up without a slip, and misunderstands or passes over some changes.

    Args:
        level: a key of :data:`certify.check.revisions.draw.LEVELS`.
        items: how many are drawn, at least 1; the same as for :func:`null_floor`.
    """
    return best_of(_scores(partial_bank(), _drawn(level, items)), items)


def floors() -> dict[int, Floor]:
    """The floors as they ship, by level."""
    return shipped_floors(PACKAGE, VERSION)


def partials() -> dict[int, Floor]:
    """What following in part reaches, as it ships, by level."""
    return shipped_partials(PACKAGE, VERSION)


def partial_bank() -> dict[str, Null]:
    """Every answerer that follows in part, by name."""
    return {
        "more-as-set": lambda item: _followed(item, [_set(change) for change in item.changes]),
        "no-swap-no-restore": lambda item: _followed(
            item, [change for change in item.changes if change.kind not in ("swap", "restore")]
        ),
    }


def null_bank(level: int, drawn: Sequence[Item]) -> dict[str, Null]:
    """Every null responder by name; the frequent answers are those of ``drawn``, which favours them."""
    stream = Stream(SEED, f"nulls/l{level}")
    golds = [item.total for item in drawn]
    bank: dict[str, Null] = {
        "empty": lambda item: "",
        "first-number": lambda item: _numbers(in_one_message(item.order, item.changes))[0],
        "last-number": lambda item: _numbers(in_one_message(item.order, item.changes))[-1],
        "last-number-of-facts": lambda item: _numbers(at_once(_final(item)))[-1],
        "all-numbers": lambda item: ", ".join(map(str, _numbers(in_one_message(item.order, item.changes)))),
        "every-gold": lambda item: ", ".join(map(str, dict.fromkeys(golds[:500]))),
        "another-gold": lambda item: stream.choice(golds),
        "uniform": lambda item: stream.between(min(golds), max(golds)),
        "sum-of-facts": lambda item: sum(_numbers(at_once(_final(item)))),
        "largest-line": lambda item: max(line.quantity * line.price for line in _final(item).lines if line.active),
        "lines-alone": lambda item: _final(item).total - _final(item).fee + _final(item).discount,
        "initial-state": lambda item: item.order.total,
        "initial-plus-last": lambda item: item.order.total + (_numbers(_last(item)) or [0])[0],
        "one-behind": lambda item: list(item.diagnostics.values())[LEVELS[level].revisions - 1],
        "first-missed": lambda item: item.diagnostics["missed-1"],
    }
    for place, (gold, _) in enumerate(Counter(golds).most_common(_FREQUENT), 1):
        bank[f"frequent-{place}"] = lambda item, gold=gold: gold  # type: ignore[misc]
    return bank


def _drawn(level: int, items: int) -> list[Item]:
    return [draw(Stream(SEED, f"floor/l{level}/{number}"), level, number % 3 == 0) for number in range(items)]


def _scores(bank: Mapping[str, Null], drawn: Sequence[Item]) -> dict[str, int]:
    return {
        name: sum(same_integers(str(respond(item)), str(item.total), count=1) for item in drawn)
        for name, respond in bank.items()
    }


def _set(change: Change) -> Change:
    """``Add 3 more`` understood as ``make it 3``."""
    return change._replace(kind="quantity") if change.kind == "more" else change


def _followed(item: Item, changes: Sequence[Change]) -> int:
    return states(item.order, changes)[-1].total


def _final(item: Item) -> Order:
    return states(item.order, item.changes)[-1]


def _last(item: Item) -> str:
    return turn_by_turn(item.order, item.changes)[-1]


def _numbers(text: str) -> list[int]:
    return [int(found) for found in _NUMBER.findall(text)]


if __name__ == "__main__":
    measured = {level: null_floor(level) for level in LEVELS}
    print(table_text(VERSION, measured, {level: partial_floor(level) for level in LEVELS}), end="")
