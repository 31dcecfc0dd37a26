"""Runs of neighbouring words in the passages, and which of them are worth following where a document holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from certify.scan.decide import COMMON, TIMES_COMMONER
from certify.scan.kernel.lookup import run_hashes
from certify.scan.kernel.search import Postings
from certify.scan.passages import Hashed

SHARED_BY = 8
"""A run in more passages than this belongs to their template and starts no search."""

MOST_PLACES = 4
"""Places of one run in one passage that start a search."""


@dataclass(frozen=True)
class Runs:
    """Every run of a number of words in the passages, in the order of the passages."""

    keys: NDArray[np.uint64]
    """Distinct hashes."""
    numbers: NDArray[np.int32]
    """For each run which key it is."""
    owners: NDArray[np.int32]
    """Its passage."""
    places: NDArray[np.int32]
    """Its first word in the passage."""

    @classmethod
    def of(cls, hashed: Hashed, owner: NDArray[np.int32], size: int) -> Runs:
        """All runs of ``size`` words; ``owner`` says for each word which passage it is of."""
        hashes, positions = runs_inside(hashed.hashes, owner, size)
        keys, numbers = np.unique(hashes, return_inverse=True)
        owners = owner[positions]
        return cls(keys, numbers.astype(np.int32), owners, (positions - hashed.first[owners]).astype(np.int32))

    def first(self, passages: int) -> NDArray[np.int32]:
        """For each passage where its runs begin, and where the last one's end."""
        return np.searchsorted(self.owners, np.arange(passages + 1)).astype(np.int32)

    def postings(self, kept: NDArray[np.bool_]) -> Postings:
        """Where each key stands, the runs left out that are not to be kept."""
        order = np.argsort(self.numbers[kept], kind="stable")
        numbers = self.numbers[kept][order]
        first = np.searchsorted(numbers, np.arange(self.keys.size + 1)).astype(np.int32)
        return Postings(first, self.owners[kept][order], self.places[kept][order])


def runs_inside(
    words: NDArray[np.uint64], owner: NDArray[np.int32], size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hashes of the runs that lie inside one passage, and the position of their first word."""
    if words.size < size:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    hashes = np.empty(words.size - size + 1, dtype=np.uint64)
    run_hashes(words, words.size, size, hashes)
    whole = np.flatnonzero(owner[: hashes.size] == owner[size - 1 :])
    return hashes[whole], whole


def starts_search(runs: Runs, passages: int) -> NDArray[np.bool_]:
    """Which runs start a search of their passage; a passage that would be left without any keeps all of its own."""
    pairs = distinct(runs.owners.astype(np.int64) * max(runs.keys.size, 1) + runs.numbers)
    holders = np.bincount(pairs % max(runs.keys.size, 1), minlength=runs.keys.size)
    kept = holders[runs.numbers] <= SHARED_BY
    bare = np.bincount(runs.owners[kept], minlength=passages) == 0
    kept |= bare[runs.owners]
    return kept & (_repetition(runs) < MOST_PLACES)


def widespread(runs: Runs, documents: NDArray[np.int32], passages: int) -> NDArray[np.bool_]:
    """For each run whether it belongs to a passage that many documents share, unlike the rest of its text.

    Such a passage is followed only together with something else of the text: by itself it would be found all over
    the corpus. A text that is itself repeated is not concerned, because all its runs are about equally frequent.

    Args:
        runs: of all passages.
        documents: for each key of ``runs`` the sampled documents that hold it.
        passages: how many there are.
    """
    counts = documents[runs.numbers]
    first = runs.first(passages)
    ordered = np.sort(runs.owners.astype(np.int64) << 32 | counts) & 0xFFFFFFFF
    sizes = np.diff(first)
    usual = np.zeros(passages, dtype=np.int64)
    usual[sizes > 0] = ordered[(first[:-1] + sizes // 4)[sizes > 0]]
    return (counts >= COMMON) & (counts > TIMES_COMMONER * (usual[runs.owners] + 1))


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each value once, in rising order; sorting is several times as fast here as the hashing of ``np.unique``."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if ordered.size else ordered


def _repetition(runs: Runs) -> NDArray[np.int64]:
    """For each run how often its passage held it before."""
    order = np.lexsort((runs.places, runs.numbers, runs.owners))
    same = np.concatenate(
        [[False], (np.diff(runs.owners[order]) == 0) & (np.diff(runs.numbers[order]) == 0)]
    )  # fmt: skip
    begins = np.maximum.accumulate(np.where(same, 0, np.arange(order.size))) if order.size else np.arange(0)
    result = np.empty(order.size, dtype=np.int64)
    result[order] = np.arange(order.size) - begins
    return result
