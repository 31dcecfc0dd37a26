"""Fresh twins of items of our own families: the same wording and size, other facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from certify.check.benchmarks import BenchmarkItem
from certify.check.families import FAMILIES, TRIES, Problem
from certify.errors import InternalError
from certify.statistics.stream import Stream

_TRIAL = hashlib.sha256(b"certify/check/static-fresh-gap/pairable/v1").digest()


class Pairable(NamedTuple):
    """An item that can have a twin."""

    item: BenchmarkItem
    """As published."""
    problem: Problem
    """What it was made from."""


def pairable_items(items: Iterable[BenchmarkItem], published: Set[str], count: int = 1) -> list[Pairable]:
    """The items of which that many different twins turn up, in the order of the file; the same for every seed."""
    named = [Pairable(item, item.problem) for item in items if item.problem is not None]
    return [one for one in named if len(_draw(one, count, _TRIAL, published, "gap")) == count]


def family_twins(
    pairs: Iterable[Pairable], count: int, published: Set[str], seed: bytes, purpose: str = "gap"
) -> Iterator[tuple[Pairable, list[Problem]]]:
    """Every item with its twins, none of them a published question.

    Args:
        pairs: see :func:`pairable_items`.
        count: twins of each.
        published: questions that no twin may repeat.
        seed: draws them.
        purpose: separates the draws of different checks.

    Raises:
        InternalError: CERT-E102, an item has no twin.
    """
    seen: set[str] = set()
    for pair in pairs:
        # Where so few twins exist that other items have them all, one may be asked twice.
        twins = _draw(pair, count, seed, published | seen, purpose)
        if len(twins) < count:
            twins = _draw(pair, count, seed, published, purpose)
        if not twins:
            raise InternalError("CERT-E102", f"no fresh twin of item {pair.item.id} in {TRIES} tries")
        seen.update(twin.question for twin in twins)
        yield pair, [twins[number % len(twins)] for number in range(count)]


def _draw(pair: Pairable, count: int, seed: bytes, banned: Set[str], purpose: str) -> list[Problem]:
    """Up to that many different twins."""
    family, found = FAMILIES[pair.problem.family], dict[str, Problem]()
    for attempt in range(TRIES):
        stream = Stream(seed, f"{purpose}/{family.id}/v{family.version}/{pair.item.id}/{attempt}")
        try:
            twin = family.isomorph(pair.problem, stream)
        except InternalError:
            break
        if twin.question not in banned:
            found.setdefault(twin.question, twin)
        if len(found) == count:
            break
    return list(found.values())
