"""Several orders of the same things, scored: what the tests on published orders have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from certify.check.base import Answers
from certify.evidence.answers import Outcome
from certify.statistics.stream import Stream

UNIT = 1_000_000
"""A nat in the integers that log-probabilities are counted in: they are told to six decimals."""
DECIMALS = 4
"""Of printed nats."""


def drawn_orders(things: int, shuffles: int, stream: Stream) -> list[tuple[int, ...]]:
    """The published order, then so many others, all different.

    Args:
        things: how many are ordered; they have more orders than ``shuffles``.
        shuffles: orders beside the published one.
        stream: the randomness.
    """
    orders = [tuple(range(things))]
    while len(orders) <= shuffles:
        order = list(range(things))
        stream.shuffle(order)
        if tuple(order) not in orders:
            orders.append(tuple(order))
    return orders


def item_id(kind: str, number: int, order: int) -> str:
    """Names the text of one order; order 0 is the published one."""
    return f"{kind}-{number:05d}/{order:02d}"


def likelihoods(check: str, answers: Answers) -> dict[str, int]:
    """Log-probability of each given text that was scored, in parts of a nat (see :data:`UNIT`), by item."""
    return {
        record.completion.item: sum(round(one * UNIT) for one in record.completion.logprobs or ())
        for record in answers.records
        if record.completion.check == check and record.outcome is Outcome.SCORED
    }


def compared(
    found: Mapping[str, int], numbers: Sequence[int], orders: int, name: Callable[[int, int], str]
) -> list[list[int]]:
    """For each group its log-probabilities, the published order first; a group with one that is missing is left out.

    Which order is missing must not depend on which was published: then what is left can be compared.
    """
    groups = [[found.get(name(number, order)) for order in range(orders)] for number in numbers]
    return [[one for one in group if one is not None] for group in groups if None not in group]
