"""Chains of steps on a few numbers: how far a model can follow them."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from certify.check.chains.machine import ARMS, Chain, draw_chain
from certify.check.chains.wording import worded
from certify.errors import InternalError
from certify.statistics.stream import Stream

__all__ = ["ARMS", "LENGTHS", "RELEASED", "VERSION", "ChainItem", "generate_chains"]

VERSION = 1
"""Raised whenever a generator could draw another chain."""

RELEASED = "2026-11-26"
"""Date the chains were published."""

LENGTHS = (2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Lengths with a measured floor."""

_TRIES = 200


@dataclass(frozen=True)
class ChainItem:
    """One chain as a question."""

    arm: str
    """One of :data:`ARMS`."""
    length: int
    """Steps the answer needs."""
    question: str
    """The text put to a model."""
    answer: str
    """The number, decimal."""
    chain: Chain
    """What is behind it."""


def generate_chains(
    seed: bytes, arm: str, length: int, count: int, *, exclude: Set[str] = frozenset(), purpose: str = "chains"
) -> list[ChainItem]:
    """``count`` chains of one arm and length, all different.

    Args:
        seed: 32 bytes; the same seed gives the same chains everywhere.
        arm: one of :data:`ARMS`.
        length: steps the answer needs, one of :data:`LENGTHS`.
        count: how many.
        exclude: texts that must not appear.
        purpose: names the use, so that two uses of one seed share nothing.

    Raises:
        InternalError: no such arm or length (E065), or a position stayed excluded for all its tries (E068).
    """
    if arm not in ARMS or length not in LENGTHS:
        raise InternalError("CERT-E065", f"there are no {arm} chains of length {length}")
    seen, found = set(exclude), list[ChainItem]()
    for index in range(count):
        found.append(_first_new(seed, f"{purpose}/{arm}/v{VERSION}/d{length}/{index}", arm, length, seen))
        seen.add(found[-1].question)
    return found


def _first_new(seed: bytes, stem: str, arm: str, length: int, seen: Set[str]) -> ChainItem:
    for attempt in range(_TRIES):
        stream = Stream(seed, f"{stem}/{attempt}")
        chain = draw_chain(stream, arm, length)
        question = worded(stream, chain, arm)
        if question not in seen:
            return ChainItem(arm, length, question, str(chain.result), chain)
    raise InternalError("CERT-E068", f"no new {arm} chain of length {length} in {_TRIES} tries")
