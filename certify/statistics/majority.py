"""What a majority vote over k answers would say: exact, without drawing a single subset."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb


def majority_at_k(right: int, others: Sequence[int], k: int) -> Fraction:
    """The chance that the most frequent of k answers, drawn from one item's answers, is the right one; exact.

    A tie among t answers counts 1/t. The unbiased estimate (U-statistic) of the item's majority@k; take the mean
    over items with :func:`certify.statistics.pass_at.pass_interval`.

    Args:
        right: how often the right answer was given.
        others: how often each other answer was given; answers that could not be read are one of them.
        k: answers that vote, from 1 to all of them.

    Raises:
        ValueError: negative counts, or k outside its range.

    Source: counts of subsets by the votes for the right answer and by ties, from generating functions.
    """
    samples = right + sum(others)
    if min(right, *others, 0) < 0 or not 1 <= k <= samples:
        raise ValueError(f"{k} of {samples} answers cannot vote")
    won = Fraction(0)
    for votes in range(1, min(right, k) + 1):
        tied = _ways(others, votes, k - votes)
        won += comb(right, votes) * sum((Fraction(ways, ties + 1) for ties, ways in enumerate(tied)), Fraction(0))
    return won / comb(samples, k)


def _ways(others: Sequence[int], most: int, size: int) -> list[int]:
    """By the number of other answers with exactly ``most`` votes: how many subsets of ``size`` have none above."""
    table = [[0] * (size + 1) for _ in range(size // most + 1)]
    table[0][0] = 1
    for count in others:
        table = _with(table, count, most, size)
    return [row[size] for row in table]


def _with(table: list[list[int]], count: int, most: int, size: int) -> list[list[int]]:
    """The table after one more answer that was given ``count`` times."""
    new = [[0] * (size + 1) for _ in table]
    for votes in range(min(count, most, size) + 1):
        ways, shift = comb(count, votes), votes == most
        for ties in range(len(table) - shift):
            row, target = table[ties], new[ties + shift]
            for held in range(size - votes + 1):
                target[held + votes] += ways * row[held]
    return new
