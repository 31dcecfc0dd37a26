"""Runs of neighbouring words in the passages, and which of them are worth following where a document holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from certify.scan.decide import COMMON, TIMES_COMMONER
from certify.scan.grouping import Groups
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

    groups: Groups
    """Equal ones together."""
    owners: NDArray[np.int32]
    """Its passage."""
    places: NDArray[np.int32]
    """Its first word in the passage."""

    @classmethod
    def of(cls, hashed: Hashed, owner: NDArray[np.int32], size: int) -> Runs:
        """All runs of ``size`` words; ``owner`` says for each word which passage it is of."""
        hashes, positions = runs_inside(hashed.hashes, owner, size)
        owners = owner[positions]
        return cls(Groups(hashes, owners), owners, (positions - hashed.first[owners]).astype(np.int32))

    @property
    def keys(self) -> NDArray[np.uint64]:
        """Distinct hashes."""
        return self.groups.keys

    @property
    def numbers(self) -> NDArray[np.int32]:
        """For each run which key it is."""
        return self.groups.numbers

    def first(self, passages: int) -> NDArray[np.int32]:
        """For each passage where its runs begin, and where the last one's end."""
        return np.searchsorted(self.owners, np.arange(passages + 1)).astype(np.int32)

    def postings(self, kept: NDArray[np.bool_]) -> Postings:
        """Where each key stands, the runs left out that are not to be kept."""
        order = self.groups.order[kept[self.groups.order]]
        first = np.zeros(self.keys.size + 1, dtype=np.int32)
        np.cumsum(np.bincount(self.numbers[kept], minlength=self.keys.size), out=first[1:])
        return Postings(first, self.owners[order], self.places[order])


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
    kept = runs.groups.holders[runs.numbers] <= SHARED_BY
    bare = np.bincount(runs.owners[kept], minlength=passages) == 0
    kept |= bare[runs.owners]
    return kept & (runs.groups.repetition() < MOST_PLACES)


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
