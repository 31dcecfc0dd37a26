"""Families of fresh problems: what a model is asked when nobody could have taught it the test.

The families are public; only the instances are new, drawn from a seed that exists after the plan was
committed.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from certify.check.families.addition import Addition
from certify.check.families.base import Fact, Facts, Family, Problem, Responder
from certify.check.families.boolean import Boolean
from certify.check.families.counting import Counting
from certify.check.families.linear import Linear
from certify.check.families.modular import Modular
from certify.check.families.ordering import Ordering
from certify.check.families.reversal import Reversal
from certify.check.families.sorting import Sorting
from certify.check.families.subtraction import Subtraction
from certify.check.families.weekday import Weekday
from certify.errors import InternalError
from certify.statistics.stream import Stream

__all__ = ["FAMILIES", "TRIES", "Fact", "Facts", "Family", "Problem", "Responder", "generate_items"]

TRIES = 200
_ALL: tuple[Family, ...] = (
    Addition(),
    Boolean(),
    Counting(),
    Linear(),
    Modular(),
    Ordering(),
    Reversal(),
    Sorting(),
    Subtraction(),
    Weekday(),
)
FAMILIES: dict[str, Family] = {family.id: family for family in sorted(_ALL, key=lambda family: family.id)}


def generate_items(
    seed: bytes,
    family: str,
    level: int,
    count: int,
    *,
    exclude: Callable[[str], bool] | Set[str] = frozenset(),
    purpose: str = "fresh",
) -> list[Problem]:
    """``count`` problems of one family and level, all different and none of them excluded.

    Args:
        seed: 32 bytes; the same seed gives the same problems everywhere.
        family: a key of :data:`FAMILIES`.
        level: one of the family's levels.
        count: how many.
        exclude: question texts that must not appear (exact), or a test for them.
        purpose: names the use, so that two uses of one seed share nothing.

    Raises:
        InternalError: no such family or level (E065), or a position stayed
            excluded or repeated for all its tries (E068).
    """
    if family not in FAMILIES:
        raise InternalError("CERT-E065", f"no family is called {family!r}", hint=f"choose from {', '.join(FAMILIES)}")
    maker = FAMILIES[family]
    banned = exclude if callable(exclude) else exclude.__contains__
    seen: set[str] = set()
    items = []
    for index in range(count):
        stem = f"{purpose}/{family}/v{maker.version}/l{level}/{index}"
        items.append(_first_new(maker, seed, stem, level, lambda text: text in seen or banned(text)))
        seen.add(items[-1].question)
    return items


def _first_new(maker: Family, seed: bytes, stem: str, level: int, banned: Callable[[str], bool]) -> Problem:
    for attempt in range(TRIES):
        problem = maker.generate(Stream(seed, f"{stem}/{attempt}"), level)
        if not banned(problem.question):
            return problem
    raise InternalError(
        "CERT-E068",
        f"no new {maker.id} problem of level {level} in {TRIES} tries",
        why="every draw was excluded or already in the batch",
        hint="ask for fewer items or exclude less",
    )
