"""Runs of words looked up in a table: a bitmap first, which fits a cache, then open addressing for the few left."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from certify.scan.kernel.words import mixed

GRAM = 5
"""Words in a run that is looked up. Four to six find the same copies; five gives fewest false starts."""

THIRTEEN = 13
"""Words in a run of the GPT-3 rule. Source: Brown et al. 2020, appendix C."""

EMPTY = -1
_ODD = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F,
     0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3, 0x1D8E4E27C47D124F, 0xEB44ACCAB455D165,
     0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5],
    dtype=np.uint64,
)  # fmt: skip
_ONE = np.uint64(1)


class Table(NamedTuple):
    """A set of 64-bit keys, numbered from 0."""

    bits: Any
    """uint64: a bitmap that no key of the table misses."""
    shift: int
    """The bit of a key is the key shifted right by this."""
    keys: Any
    """uint64, a power of two of slots."""
    numbers: Any
    """int32: the number of the key in each slot, or -1."""


@njit(nogil=True, cache=True)
def run_hashes(words: Any, count: int, size: int, hashes: Any) -> int:
    """Hashes of every run of ``size`` neighbouring words; gives how many there are. ``size`` is at most 13."""
    runs = max(0, count - size + 1)
    for i in range(runs):
        hashes[i] = words[i] * _ODD[0]
    for step in range(1, size):
        odd = _ODD[step]
        for i in range(runs):
            hashes[i] += words[i + step] * odd
    for i in range(runs):
        hashes[i] = mixed(hashes[i])
    return runs


@njit(nogil=True, cache=True)
def build(keys: Any, bits: Any, shift: int, slots: Any, numbers: Any) -> None:
    """Fills an empty table with distinct keys, numbered in their order."""
    mask = np.int64(slots.size - 1)
    for number in range(keys.size):
        key = keys[number]
        bit = key >> np.uint64(shift)
        bits[np.int64(bit >> np.uint64(6))] |= _ONE << (bit & np.uint64(63))
        slot = np.int64(key) & mask
        while numbers[slot] != EMPTY:
            slot = (slot + 1) & mask
        slots[slot], numbers[slot] = key, number


@njit(nogil=True, cache=True)
def find(table: Any, key: Any) -> Any:
    """The number of a key, or -1."""
    mask = np.int64(table.keys.size - 1)
    slot = np.int64(key) & mask
    while table.numbers[slot] != EMPTY:
        if table.keys[slot] == key:
            return np.int64(table.numbers[slot])
        slot = (slot + 1) & mask
    return np.int64(EMPTY)


@njit(nogil=True, cache=True)
def in_bitmap(table: Any, key: Any) -> Any:
    """1 for every key of the table and for a few others."""
    bit = key >> np.uint64(table.shift)
    return np.int64((table.bits[np.int64(bit >> np.uint64(6))] >> (bit & np.uint64(63))) & _ONE)


@njit(nogil=True, cache=True)
def probe(table: Any, hashes: Any, count: int, stride: int, places: Any, found: Any) -> int:
    """Looks up every ``stride``-th hash and gives how many are in the table.

    ``places`` receives the positions in rising order, ``found`` the numbers. A position left out by the stride is
    looked up when a neighbour is found, so a run of words is known throughout once it is known at all.
    """
    left = 0
    # Written without a branch: the loads do not wait for each other, which hides that they miss the cache.
    for i in range(0, count, stride):
        places[left] = i
        left += in_bitmap(table, hashes[i])
    hits = 0
    for k in range(left):
        number = find(table, hashes[places[k]])
        if number != EMPTY:
            places[hits], found[hits] = places[k], number
            hits += 1
    return hits


@njit(nogil=True, cache=True)
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
