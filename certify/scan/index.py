"""What is known before the search: where the word runs of the passages are, and how telling each word is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from certify.scan.folds import FoldTable
from certify.scan.grouping import Groups
from certify.scan.kernel.learn import LONGEST_CONTEXT, count_documents
from certify.scan.kernel.lookup import EMPTY, GRAM, THIRTEEN, Table, build
from certify.scan.kernel.rows import Passages
from certify.scan.kernel.search import Postings
from certify.scan.kernel.words import PADDING
from certify.scan.passages import Hashed, PassageSet, hash_texts
from certify.scan.runs import Runs, runs_inside, starts_search, widespread

SPARSE_FROM = 1_000_000
"""Runs in the index from which every second word of a document is looked up, and neighbours of what is found."""

LEAST_WEIGHT = 0.1
FOREGONE, NEARLY_ALL = 0.6, 0.95
"""Nats below which a word follows from its neighbours, and the share of such words from which a passage is no template
but a text that is itself repeated: then its words weigh what they weigh alone."""

_SUPPORT, _SUPPORT_SHARE = 5, 200
"""Documents, and their share as one in so many, from which a run of words counts as part of a template. A text that is
itself repeated is no template: without the share, a problem leaked a few times would come to weigh nothing."""

_BITS_PER_KEY = 24


@dataclass(frozen=True)
class Index:
    """Everything the search needs, read only; arrays as ``certify.scan.kernel`` describes them."""

    passages: PassageSet
    texts: Passages
    table: Table
    """Runs of five words."""
    postings: Postings
    thirteen: Table
    """Runs of thirteen words."""
    thirteen_postings: Postings
    stride: int
    """1, or 2 for a large index."""
    runs: tuple[NDArray[np.int32], NDArray[np.int32]]
    """For each passage where its runs begin in the second array, which holds their numbers in the table."""

    def runs_of(self, passage: int) -> NDArray[np.int32]:
        """Numbers of the passage's runs of five words, in their order."""
        first, numbers = self.runs
        return numbers[first[passage] : first[passage + 1]]


def build_index(passages: PassageSet, sample: Sequence[bytes], documents: int, folds: FoldTable) -> Index:
    """Learns from the passages and from sampled documents how telling each word of each passage is.

    A word weighs what it adds: a word that always follows its neighbours, as in a template, adds almost nothing; a
    number or a name in a template's slot adds much.

    Args:
        passages: the texts looked for.
        sample: distinct sampled documents, in UTF-8.
        documents: documents in the whole corpus, as far as known.
        folds: the table of folded characters.
    """
    hashed = hash_texts(passages.words)
    owner = np.repeat(np.arange(len(passages), dtype=np.int32), np.diff(hashed.first))
    contexts, numbers = _contexts(hashed, owner)
    again = _again(contexts.order, hashed, owner)
    runs = Runs.of(hashed, owner, GRAM)
    table = make_table(runs.keys)
    counts, documents_with = _count(sample, contexts.keys, table, folds)
    counts += contexts.holders.astype(np.int32)
    rarity, weights = _weights(numbers, counts, owner, len(passages) + len(sample))
    common = np.zeros(hashed.hashes.size, dtype=np.uint8)
    common[hashed.first[runs.owners] + runs.places] = widespread(runs, documents_with, len(passages))
    thirteen = Runs.of(hashed, owner, THIRTEEN)
    keys = hash_texts(passages.keys)
    texts = Passages(
        words=hashed.hashes,
        first=hashed.first,
        again=again,
        weights=weights,
        rarity=rarity,
        numbers=hashed.numbers,
        common=common,
        totals=np.add.reduceat(weights, hashed.first[:-1]) if len(passages) else weights,
        keys=keys.hashes,
        first_key=keys.first,
        chance=math.log(max(documents, 1000)) + math.log(100),
    )
    return Index(
        passages=passages,
        texts=texts,
        table=table,
        postings=runs.postings(starts_search(runs, len(passages))),
        thirteen=make_table(thirteen.keys),
        thirteen_postings=thirteen.postings(np.ones(thirteen.numbers.size, dtype=bool)),
        stride=2 if runs.keys.size > SPARSE_FROM else 1,
        runs=(runs.first(len(passages)), runs.numbers),
    )


def make_table(keys: NDArray[np.uint64]) -> Table:
    """A table of distinct keys, numbered in their order."""
    size = 1 << max(4, math.ceil(math.log2(max(1, 2 * keys.size))))
    bits = 1 << max(16, math.ceil(math.log2(max(1, _BITS_PER_KEY * keys.size))))
    shift = 64 - int(math.log2(bits))
    table = Table(
        bits=np.zeros(bits // 64, dtype=np.uint64),
        shift=shift,
        keys=keys,
        slots=np.full(size, EMPTY, dtype=np.int32),
    )
    build(table)
    return table


def _contexts(hashed: Hashed, owner: NDArray[np.int32]) -> tuple[Groups, NDArray[np.int32]]:
    """Runs of one to three words; and for each length and word which of them begins there, -1 where none does."""
    placed = [runs_inside(hashed.hashes, owner, size) for size in range(1, LONGEST_CONTEXT + 1)]
    owners = np.concatenate([owner[positions] for _, positions in placed])
    groups = Groups(np.concatenate([hashes for hashes, _ in placed]), owners)
    numbers = np.full((LONGEST_CONTEXT, hashed.hashes.size), -1, dtype=np.int32)
    done = 0
    for row, (hashes, positions) in enumerate(placed):
        numbers[row, positions] = groups.numbers[done : done + hashes.size]
        done += hashes.size
    return groups, numbers


def _again(order: NDArray[np.int64], hashed: Hashed, owner: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each word where its passage has it next, counted in the passage; 0 where it does not.

    ``order`` is that of runs of one to three words, those of one word first: these are all words.
    """
    words = order[order < owner.size]
    here, there = words[:-1], words[1:]
    same = (hashed.hashes[here] == hashed.hashes[there]) & (owner[here] == owner[there])
    found = np.zeros(owner.size, dtype=np.int32)
    found[here[same]] = there[same] - hashed.first[owner[there[same]]]
    return found


def _count(
    sample: Sequence[bytes], contexts: NDArray[np.uint64], runs: Table, folds: FoldTable
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The sampled documents that hold each run of one to three words, and each run of a table."""
    text = np.frombuffer(b"".join(sample) + bytes(PADDING), dtype=np.uint8)
    bounds = np.zeros(len(sample) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, sample), dtype=np.int64, count=len(sample)), out=bounds[1:])
    with_context = np.zeros(contexts.size, dtype=np.int32)
    with_run = np.zeros(runs.keys.size, dtype=np.int32)
    count_documents(text, bounds, make_table(contexts), runs, folds.entries, folds.pool, with_context, with_run)
    return with_context, with_run


def _weights(
    numbers: NDArray[np.int32], counts: NDArray[np.int32], owner: NDArray[np.int32], whole: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rarity and weight of every word, in nats."""
    alone, two, three = numbers
    rarity = np.log((whole + 1) / counts[alone])
    weights = rarity.copy()
    size = three.size
    together = np.flatnonzero(three >= 0)
    # The third word of a run after its first two, and the first word of a run before its last two.
    for context, word in ((two[together], together + 2), (two[np.minimum(together + 1, size - 1)], together)):
        seen, both = counts[context].astype(np.float64), counts[three[together]]
        surprise = np.where(seen >= max(_SUPPORT, whole / _SUPPORT_SHARE), np.log((seen + 1) / both), np.inf)
        weights[word] = np.minimum(weights[word], surprise)
    words = np.bincount(owner)
    repeated = np.bincount(owner, weights=weights < FOREGONE) >= NEARLY_ALL * words
    return rarity, np.maximum(np.where(repeated[owner], rarity, weights), LEAST_WEIGHT)
