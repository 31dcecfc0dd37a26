"""Runs of words looked up in a table: a bitmap first, which fits a cache, then open addressing for the few left."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from certify.scan.kernel.compiling import inner, kept, unfolded

GRAM = 5
"""Words in a run that is looked up. Four to six find the same copies; five gives fewest false starts."""

THIRTEEN = 13
"""Words in a run of the GPT-3 rule. Source: Brown et al. 2020, appendix C."""

EMPTY = -1
_TURN = 11
"""Bits by which each word of a run is turned against the word before: odd, so that thirteen words all differ."""

_ONE = np.uint64(1)


class Table(NamedTuple):
    """A set of 64-bit keys, numbered from 0."""

    bits: Any
    """uint64: a bitmap that no key of the table misses."""
    shift: int
    """The bit of a key is the key shifted right by this."""
    keys: Any
    """uint64, by number."""
    slots: Any
    """int32, a power of two of them: the number of the key in each, or -1."""


@unfolded
def _turned(word: Any, place: int) -> Any:
    left = np.uint64(_TURN * place % 64)
    return (word << left) | (word >> ((np.uint64(64) - left) & np.uint64(63)))


@kept
def run_hashes(words: Any, count: int, size: int, hashes: Any) -> int:
    """Hashes of every run of ``size`` neighbouring words; gives how many there are. ``size`` is at most 13.

    The words' hashes are as good as random, so turning and adding them is all that is needed.

    Source: Cohen (1997), recursive hashing functions for n-grams, by cyclic polynomials.
    """
    runs = max(0, count - size + 1)
    if size == GRAM:
        for i in range(runs):
            two = words[i] + _turned(words[i + 1], 1)
            hashes[i] = two + _turned(words[i + 2], 2) + _turned(words[i + 3], 3) + _turned(words[i + 4], 4)
        return runs
    for i in range(runs):
        hashes[i] = words[i]
    for step in range(1, size):
        for i in range(runs):
            hashes[i] += _turned(words[i + step], step)
    return runs


@inner
def hash_of_thirteen(words: Any, place: int) -> Any:
    """The hash that ``run_hashes`` gives the run of thirteen words at one place."""
    run = words[place : place + THIRTEEN]
    value = run[0]
    for step in range(1, THIRTEEN):
        value += _turned(run[step], step)
    return value


@kept
def build(table: Any) -> None:
    """Fills the bitmap and the slots of a table of distinct keys, both of them empty."""
    mask = np.int64(table.slots.size - 1)
    for number in range(table.keys.size):
        key = table.keys[number]
        bit = key >> np.uint64(table.shift)
        table.bits[bit >> np.uint64(6)] |= _ONE << (bit & np.uint64(63))
        slot = np.int64(key) & mask
        while table.slots[slot] != EMPTY:
            slot = (slot + 1) & mask
        table.slots[slot] = number


@inner
def find(table: Any, key: Any) -> Any:
    """The number of a key, or -1."""
    mask = np.int64(table.slots.size - 1)
    slot = np.int64(key) & mask
    number = np.int64(table.slots[slot])
    while number != EMPTY and table.keys[number] != key:
        slot = (slot + 1) & mask
        number = np.int64(table.slots[slot])
    return number


@inner
def in_bitmap(table: Any, key: Any) -> Any:
    """1 for every key of the table and for a few others."""
    bit = key >> np.uint64(table.shift)
    return (table.bits[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & _ONE


@inner
def probe(table: Any, hashes: Any, count: int, stride: int, places: Any, found: Any) -> int:
    """Looks up every ``stride``-th hash and gives how many are in the table.

    ``places`` receives the positions in rising order, ``found`` the numbers. A position left out by the stride is
    looked up when a neighbour is found, so a run of words is known throughout once it is known at all.
    """
    left = np.uint64(0)
    # Written without a branch: the loads do not wait for each other, which hides that they miss the cache.
    for i in range(0, count, stride):
        places[left] = i
        left += in_bitmap(table, hashes[i])
    hits = 0
    for k in range(np.int64(left)):
        number = find(table, hashes[places[k]])
        if number != EMPTY:
            places[hits], found[hits] = places[k], number
            hits += 1
    return hits


@inner
def fill_between(table: Any, hashes: Any, count: int, places: Any, found: Any, hits: int) -> tuple[Any, Any]:
    """What ``probe`` found with a stride of two, and the neighbours it left out."""
    wide_places = np.empty(3 * hits, dtype=np.int32)
    wide_found = np.empty(3 * hits, dtype=np.int32)
    total, last = 0, -1
    for k in range(hits):
        for place in range(max(places[k] - 1, last + 1), min(places[k] + 2, count)):
            number = np.int64(found[k]) if place == places[k] else find(table, hashes[place])
            last = place
            if number != EMPTY:
                wide_places[total], wide_found[total] = place, number
                total += 1
    return wide_places[:total], wide_found[:total]
