"""majority@k: the answer that most of k answers give, ties broken by lot (rule MAJ). Test-time scaling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import NamedTuple

from certify.statistics.accuracy import shares_interval
from certify.statistics.interval import Interval
from certify.statistics.passatk import check_draws

_Ways = dict[tuple[int, int], int]
"""(answers drawn, rivals that tie) to the number of ways."""


class Votes(NamedTuple):
    """The answers to one item, counted."""

    right: int
    """Right ones: however they are written, they are one candidate."""
    wrong: tuple[int, ...]
    """Size of each group of equal wrong answers."""
    silent: int
    """Answers without a vote: nothing could be read in them."""

    @property
    def samples(self) -> int:
        """All answers."""
        return self.right + sum(self.wrong) + self.silent


def majority_at(items: Sequence[Votes], k: int, *, level: float = 0.95) -> Interval | None:
    """How often the commonest of k answers is the right one; a system's number, never the model's own accuracy.

    Args:
        items: the votes on each item, as many answers for each.
        k: answers drawn, in [1, samples].
        level: confidence level, in (0.5, 1).

    Returns:
        The mean over items with the interval of rule ACC on items, or None with fewer than ten items.

    Raises:
        ValueError: items with different numbers of answers, negative counts, or too many answers drawn.

    Source: self-consistency of Wang et al. 2022 (arXiv 2203.11171), here exactly over all draws of k answers.
    """
    if len({votes.samples for votes in items}) > 1 or any(min(*v.wrong, v.right, v.silent) < 0 for v in items):
        raise ValueError("every item needs the same number of answers")
    return shares_interval([majority_chance(votes, k) for votes in items], k, "MAJ", level=level)


def majority_chance(votes: Votes, k: int) -> Fraction:
    """The chance that the right answer wins a vote among k answers drawn without replacement, exactly.

    Raises:
        ValueError: too many answers drawn.
    """
    check_draws(votes.samples, k)
    groups, won = Counter(votes.wrong), Fraction(0)
    for drawn in range(1, min(votes.right, k) + 1):
        rest = _rivals(groups, drawn, k - drawn)
        for (others, ties), ways in rest.items():
            silent = k - drawn - others
            won += Fraction(ways * comb(votes.right, drawn) * comb(votes.silent, silent), ties + 1)
    return won / comb(votes.samples, k)


def _rivals(groups: Counter[int], least: int, room: int) -> _Ways:
    """Ways to draw wrong answers so that none is commoner than ``least``."""
    ways: _Ways = {(0, 0): 1}
    for size, number in sorted(groups.items()):
        for _ in range(number):
            ways = _with_group(ways, size, least, room)
    return ways


def _with_group(ways: _Ways, size: int, least: int, room: int) -> _Ways:
    more: Counter[tuple[int, int]] = Counter()
    for (drawn, ties), count in ways.items():
        for taken in range(min(size, least, room - drawn) + 1):
            more[drawn + taken, ties + (taken == least)] += count * comb(size, taken)
    return dict(more)
