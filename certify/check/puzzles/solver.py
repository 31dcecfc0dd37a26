"""A small propagating solver for finite puzzles: it says whether there is no solution, one, or more than one.

Nothing of a puzzle depends on which solution the solver meets first or on how it searches: only the count enters,
so that any other correct solver builds the same puzzles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

Holds = Callable[..., bool]

_FEW = 8_192
"""Up to so many combinations of values, looking at all of them at once is faster than searching."""


class Clue(NamedTuple):
    """One constraint: a kind, the variables it is about, and a number where the kind has one."""

    kind: str
    """Which relation, in the words of its family."""
    scope: tuple[int, ...]
    """Variables, by index."""
    constant: int = 0
    """The number of the relation, if it has one."""


class Frame(NamedTuple):
    """The puzzle before any clue: variables, what always holds, and the solution to be found."""

    level: int
    """Difficulty."""
    sizes: tuple[int, ...]
    """Number of values of each variable; the values are 0, 1, ..."""
    groups: tuple[tuple[int, ...], ...]
    """Variables that take different values, group by group."""
    once: tuple[tuple[int, tuple[int, ...]], ...]
    """Values that exactly one variable of a group takes, with the group."""
    gold: tuple[int, ...]
    """Value of each variable in the solution."""


class Count(NamedTuple):
    """What a search found."""

    solutions: int
    """Solutions met before the search ended."""
    conflicts: int
    """Dead ends on the way."""


Arc = tuple[int, tuple[int, ...]]
Rows = tuple[tuple[int, ...], ...]


class Table(NamedTuple):
    """A relation of three or more variables; sets of its rows are bit masks."""

    having: tuple[tuple[int, ...], ...]
    """For each place, by value: the rows with that value there."""
    within: tuple[tuple[int, ...], ...]
    """For each place, by mask of values: the rows with one of these values there."""


class _Network:
    """A frame and clues, prepared for propagation; domains are bit masks."""

    def __init__(self, frame: Frame, clues: Sequence[Clue], holds: Holds) -> None:
        self.domains = [(1 << size) - 1 for size in frame.sizes]
        self.arcs: list[list[Arc]] = [[] for _ in frame.sizes]
        self.tables: list[list[tuple[tuple[int, ...], Table]]] = [[] for _ in frame.sizes]
        self.peers: list[list[int]] = [[] for _ in frame.sizes]
        self.full = [group for group in frame.groups if len(group) == frame.sizes[group[0]]]
        self.once = [(1 << value, group) for value, group in frame.once]
        self.possible = True
        for group in frame.groups:
            for variable in group:
                self.peers[variable] += [other for other in group if other != variable]
        for clue in clues:
            self._add(clue, tuple(frame.sizes[variable] for variable in clue.scope), holds)

    def _add(self, clue: Clue, sizes: tuple[int, ...], holds: Holds) -> None:
        if len(clue.scope) == 1:
            self.domains[clue.scope[0]] &= _mask(holds, clue.kind, clue.constant, sizes)
        elif len(clue.scope) == 2:
            left, right = clue.scope
            forward, backward = _arcs(holds, clue.kind, clue.constant, sizes)
            self.arcs[left].append((right, forward))
            self.arcs[right].append((left, backward))
        else:
            table = _table(holds, clue.kind, clue.constant, sizes)
            for variable in clue.scope:
                self.tables[variable].append((clue.scope, table))

    def settle(self, domains: list[int], changed: list[int]) -> bool:
        """Removes values that no solution has, as far as single constraints show it; False at a contradiction."""
        while True:
            while changed:
                if not self._spread(domains, changed.pop(), changed):
                    return False
            if not (self._only_places(domains, changed) and self._taken_once(domains, changed)):
                return False
            if not changed:
                return True

    def _spread(self, domains: list[int], variable: int, changed: list[int]) -> bool:
        own = domains[variable]
        if not own & (own - 1):
            for peer in self.peers[variable]:
                if domains[peer] & own and not _narrow(domains, peer, ~own, changed):
                    return False
        for other, supports in self.arcs[variable]:
            if not _narrow(domains, other, supports[own], changed):
                return False
        return all(_revise(domains, scope, table, changed) for scope, table in self.tables[variable])

    def _only_places(self, domains: list[int], changed: list[int]) -> bool:
        for group in self.full:
            seen = twice = 0
            for variable in group:
                twice |= seen & domains[variable]
                seen |= domains[variable]
            if seen != (1 << len(group)) - 1:
                return False
            single = seen & ~twice
            for variable in group:
                if domains[variable] & single and not _narrow(domains, variable, single, changed):
                    return False
        return True

    def _taken_once(self, domains: list[int], changed: list[int]) -> bool:
        for bit, group in self.once:
            able = [variable for variable in group if domains[variable] & bit]
            takers = [variable for variable in able if domains[variable] == bit]
            if not able or len(takers) > 1:
                return False
            if len(able) == 1:
                _narrow(domains, able[0], bit, changed)
            elif takers and not all(_narrow(domains, other, ~bit, changed) for other in able if other != takers[0]):
                return False
        return True


def count_solutions(frame: Frame, clues: Sequence[Clue], holds: Holds, *, limit: int = 2) -> Count:
    """How many solutions there are, up to a limit, and the dead ends met.

    Args:
        frame: variables and what always holds.
        clues: further constraints.
        holds: ``holds(kind, constant, *values)`` says whether values satisfy a clue of that kind.
        limit: the search ends after so many solutions.
    """
    network = _Network(frame, clues, holds)
    found = conflicts = 0
    if not all(network.domains):
        return Count(0, 1)
    waiting = [(network.domains, list(range(len(network.domains))))]
    while waiting and found < limit:
        domains, changed = waiting.pop()
        if not network.settle(domains, changed):
            conflicts += 1
            continue
        open_ones = [(mask.bit_count(), variable) for variable, mask in enumerate(domains) if mask & (mask - 1)]
        if not open_ones:
            found += 1
            continue
        _, variable = min(open_ones)
        for bit in _bits(domains[variable]):
            branch = domains.copy()
            branch[variable] = bit
            waiting.append((branch, [variable]))
    return Count(found, conflicts)


def is_unique(frame: Frame, clues: Sequence[Clue], holds: Holds) -> bool:
    """Whether exactly one solution is left."""
    if math.prod(frame.sizes) <= _FEW:
        return _remaining(frame, clues, holds).bit_count() == 1
    return count_solutions(frame, clues, holds).solutions == 1


def is_possible(frame: Frame, clues: Sequence[Clue], holds: Holds) -> bool:
    """Whether any solution is left."""
    if math.prod(frame.sizes) <= _FEW:
        return _remaining(frame, clues, holds) != 0
    return count_solutions(frame, clues, holds, limit=1).solutions == 1


def without_needless(frame: Frame, clues: Sequence[Clue], holds: Holds) -> list[Clue]:
    """Clues of a unique puzzle with those left out, first to last, without which it stays unique.

    Source: deletion by yes or no alone; what a solver calls a core differs from solver to solver.
    """
    kept = list(clues)
    for clue in clues:
        rest = [other for other in kept if other is not clue]
        if is_unique(frame, rest, holds):
            kept = rest
    return kept


def _remaining(frame: Frame, clues: Sequence[Clue], holds: Holds) -> int:
    """Where there are few combinations of values, those that satisfy everything, as a bit mask over all of them."""
    left = -1
    for clue in clues:
        left &= _satisfying(holds, clue, frame.sizes, frame.groups, frame.once)
    return left & ((1 << len(_combinations(frame.sizes, frame.groups, frame.once))) - 1)


@lru_cache(maxsize=64)
def _combinations(
    sizes: tuple[int, ...], groups: tuple[tuple[int, ...], ...], once: tuple[tuple[int, tuple[int, ...]], ...]
) -> Rows:
    return tuple(
        values
        for values in product(*map(range, sizes))
        if all(len({values[v] for v in group}) == len(group) for group in groups)
        and all(sum(values[v] == value for v in group) == 1 for value, group in once)
    )


@lru_cache(maxsize=16384)
def _satisfying(
    holds: Holds,
    clue: Clue,
    sizes: tuple[int, ...],
    groups: tuple[tuple[int, ...], ...],
    once: tuple[tuple[int, tuple[int, ...]], ...],
) -> int:
    fits = (
        holds(clue.kind, clue.constant, *(values[v] for v in clue.scope))
        for values in _combinations(sizes, groups, once)
    )
    return sum(1 << number for number, fit in enumerate(fits) if fit)


def _narrow(domains: list[int], variable: int, mask: int, changed: list[int]) -> bool:
    narrowed = domains[variable] & mask
    if narrowed != domains[variable]:
        domains[variable] = narrowed
        changed.append(variable)
    return narrowed != 0


def _revise(domains: list[int], scope: tuple[int, ...], table: Table, changed: list[int]) -> bool:
    rows = -1
    for variable, within in zip(scope, table.within, strict=True):
        rows &= within[domains[variable]]
    if not rows:
        return False
    for variable, having in zip(scope, table.having, strict=True):
        own = rest = domains[variable]
        if not own & (own - 1):
            continue  # the rows left all have its only value
        left = 0
        while rest:
            low = rest & -rest
            if having[low.bit_length() - 1] & rows:
                left |= low
            rest ^= low
        if left != own and not _narrow(domains, variable, left, changed):
            return False
    return True


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1


@lru_cache(maxsize=4096)
def _rows(holds: Holds, kind: str, constant: int, sizes: tuple[int, ...]) -> Rows:
    return tuple(values for values in product(*map(range, sizes)) if holds(kind, constant, *values))


@lru_cache(maxsize=4096)
def _mask(holds: Holds, kind: str, constant: int, sizes: tuple[int, ...]) -> int:
    return sum(1 << value for (value,) in _rows(holds, kind, constant, sizes))


@lru_cache(maxsize=4096)
def _arcs(holds: Holds, kind: str, constant: int, sizes: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What each set of values of one variable leaves the other, in both directions, indexed by the set's mask."""
    single = [[0] * sizes[0], [0] * sizes[1]]
    for left, right in _rows(holds, kind, constant, sizes):
        single[0][left] |= 1 << right
        single[1][right] |= 1 << left
    return _unions(single[0]), _unions(single[1])


@lru_cache(maxsize=4096)
def _table(holds: Holds, kind: str, constant: int, sizes: tuple[int, ...]) -> Table:
    having = [[0] * size for size in sizes]
    for number, row in enumerate(_rows(holds, kind, constant, sizes)):
        for place, value in enumerate(row):
            having[place][value] |= 1 << number
    return Table(tuple(map(tuple, having)), tuple(map(_unions, having)))


def _unions(single: list[int]) -> tuple[int, ...]:
    unions = [0] * (1 << len(single))
    for mask in range(1, len(unions)):
        low = mask & -mask
        unions[mask] = unions[mask ^ low] | single[low.bit_length() - 1]
    return tuple(unions)
