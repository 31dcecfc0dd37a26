"""The texts looked for: each question and each worked answer once, whoever asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from certify.scan.benchmark import Benchmark
from certify.scan.kernel.clusters import MAX_WORDS
from certify.scan.kernel.words import PADDING, hash_words

Part = Literal["question", "answer"]

_LINE_FEED = 10


class Owner(NamedTuple):
    """Whose text a passage is."""

    benchmark: int
    """Position of the benchmark."""
    item: int
    """Position of the item in it."""
    part: Part


@dataclass(frozen=True)
class PassageSet:
    """Distinct texts, with the words of all of them back to back."""

    words: tuple[tuple[str, ...], ...]
    """Folded words of each passage."""
    owners: tuple[tuple[Owner, ...], ...]
    """For each passage who has it; items of two benchmarks may share one."""
    keys: tuple[tuple[str, ...], ...]
    """For each passage the folded words of the final answer; empty for answers and where there is none."""

    @classmethod
    def of(cls, benchmarks: Sequence[Benchmark]) -> PassageSet:
        """The passages of all items long enough to be judged."""
        owners: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Owner]] = {}
        for number, benchmark in enumerate(benchmarks):
            for position, item in enumerate(benchmark.items):
                if not item.too_short:
                    owners.setdefault((item.words[:MAX_WORDS], item.key), []).append(
                        Owner(number, position, "question")
                    )
                if item.worked:
                    owners.setdefault((item.worked[:MAX_WORDS], ()), []).append(Owner(number, position, "answer"))
        return cls(
            words=tuple(words for words, _ in owners),
            owners=tuple(map(tuple, owners.values())),
            keys=tuple(key for _, key in owners),
        )

    def __len__(self) -> int:
        return len(self.words)


class Hashed(NamedTuple):
    """Word hashes of many texts back to back; text ``n`` is ``hashes[first[n]:first[n + 1]]``."""

    hashes: NDArray[np.uint64]
    numbers: NDArray[np.uint8]
    """For each word whether it carries a digit."""
    first: NDArray[np.int32]


def hash_texts(texts: Sequence[Sequence[str]]) -> Hashed:
    """Hashes of folded words, the same as the compiled search takes of a document."""
    first = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int32, count=len(texts)), out=first[1:])
    joined, starts = _back_to_back(texts, int(first[-1]))
    hashes = np.empty(starts.size - 1, dtype=np.uint64)
    numbers = np.empty(starts.size - 1, dtype=np.uint8)
    hash_words(joined, starts, hashes, numbers)
    return Hashed(hashes, numbers, first)


def _back_to_back(texts: Sequence[Sequence[str]], count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All words without anything between them, and where each begins; encoded at once, as no word has a line feed."""
    lines = np.frombuffer("\n".join(chain.from_iterable(texts)).encode(), dtype=np.uint8)
    breaks = np.flatnonzero(lines == _LINE_FEED)
    starts = np.zeros(count + 1, dtype=np.int64)
    starts[1:count] = breaks - np.arange(breaks.size)
    starts[count:] = lines.size - breaks.size
    joined = np.concatenate([lines[lines != _LINE_FEED], np.zeros(PADDING, dtype=np.uint8)])
    joined.setflags(write=False)
    return joined, starts
