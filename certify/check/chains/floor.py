"""What chains pay to a responder that does not follow them.

``python -m certify.check.chains.floor`` prints the table that ships as ``certify/evidence/floors/chains.json``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from certify.check.chains import ARMS, LENGTHS, VERSION, ChainItem, generate_chains
from certify.check.chains.machine import MODULUS
from certify.check.families.answers import same_integers
from certify.errors import InternalError
from certify.evidence.floors import floor_table
from certify.statistics import clopper_pearson_upper
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/chains/floor/v1").digest()
ITEMS = 2_000
_OTHERS = 500
_FREQUENT = 5
_NUMBER = re.compile(r"[0-9]+")

Responder = Callable[[ChainItem], str]


class ChainFloor(NamedTuple):
    """The best null responder of an arm and length on freshly drawn chains."""

    best_responder: str
    """Its name."""
    right: int
    """How many it got right."""
    items: int
    """Of how many."""
    upper: float
    """One-sided 95 % Clopper-Pearson bound of its rate, rounded up to four decimals."""
    characters: int
    """Length of the longest text."""


def null_floor(arm: str, length: int, *, items: int = ITEMS) -> ChainFloor:
    """The most that any null responder gets right, with its upper bound.

    The shortcuts that chains are screened for are not among the responders: they get none right.

    Args:
        arm: one of ``ARMS``.
        length: one of ``LENGTHS``.
        items: how many chains are drawn, at least 1.
    """
    chains = generate_chains(SEED, arm, length, items, purpose="floor")
    scores = {
        name: sum(same_integers(respond(item), item.answer, count=1) for item in chains)
        for name, respond in sorted(_bank(arm, length, chains).items())
    }
    best = max(scores, key=lambda name: scores[name])
    upper = clopper_pearson_upper(scores[best], items, 0.95)
    return ChainFloor(best, scores[best], items, upper, max(len(item.question) for item in chains))


@cache
def floors() -> dict[str, dict[int, ChainFloor]]:
    """The frozen floors by arm and length, as they ship.

    Raises:
        InternalError: CERT-E069, the shipped table is of another version.
    """
    shipped = floor_table("chains")
    if shipped.get("version") != VERSION or sorted(shipped["floor"]) != sorted(ARMS):
        raise InternalError(
            "CERT-E069",
            f"the table chains.json has no floors for version {VERSION} of the chains",
            hint="run python -m certify.check.chains.floor and ship its output",
        )
    return {arm: {int(length): ChainFloor(**row) for length, row in shipped["floor"][arm].items()} for arm in ARMS}


def table(items: int = ITEMS) -> str:
    """The text of ``certify/evidence/floors/chains.json``, computed afresh."""
    rows = {arm: {str(length): null_floor(arm, length, items=items)._asdict() for length in LENGTHS} for arm in ARMS}
    return json.dumps({"version": VERSION, "floor": rows}, indent=1) + "\n"


def _bank(arm: str, length: int, chains: Sequence[ChainItem]) -> dict[str, Responder]:
    stream = Stream(SEED, f"nulls/{arm}/{length}")
    others = generate_chains(SEED, arm, length, _OTHERS, purpose="others")
    bank: dict[str, Responder] = {
        "empty": lambda item: "",
        "question": lambda item: item.question,
        "all-numbers": lambda item: ", ".join(_NUMBER.findall(item.question)),
        "any-number": lambda item: str(stream.below(MODULUS)),
        "another-answer": lambda item: stream.choice(others).answer,
        "a-number-of-the-text": lambda item: stream.choice(_NUMBER.findall(item.question)),
    }
    for place, (answer, _) in enumerate(Counter(item.answer for item in [*chains, *others]).most_common(_FREQUENT), 1):
        bank[f"frequent-{place}"] = lambda item, answer=answer: answer  # type: ignore[misc]
    return bank


if __name__ == "__main__":
    print(table(), end="")
