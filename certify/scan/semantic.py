"""Nearest passages of each benchmark problem by the cosine of embeddings: exact, in bounded memory, in any order.

Embeddings are rounded to whole numbers so small that single-precision products of them are exact. So the same
embeddings give the same similarities however passages are batched and spread over machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from certify.errors import UsageError
from certify.scan.semantic_background import MarginSample, Tail, fit_tail
from certify.scan.semantic_passages import Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 4000
"""Whole number that stands for 1 in an embedding: GRID squared, with what rounding adds in 4096 dimensions, is less
than 2**24, up to which single precision counts without a gap. Similarities are so known to about .0001."""

ONE = GRID * GRID
"""The similarity of a text with itself."""

YARDSTICKS = 3
"""Other problems that a passage is held against."""

SAME = 0.95
"""Problems of a benchmark that are this similar are one problem, of which no one can be told from the others."""

LISTED = 0.1
"""A passage is listed where a problem that is not in the corpus would have at most this many such passages, and at most
one unrelated passage in twenty comes as near. On a corpus without the benchmark at most about one problem in ten is
listed so: little enough to be looked through."""

_AT_ONCE = 32
_Key = tuple[int, str, int, int, int]


class Near(NamedTuple):
    """A passage near a problem."""

    similarity: int
    """Of ``ONE``."""
    margin: int
    """Of ``YARDSTICKS * ONE``: how much nearer than to the next other problems."""
    passage: Passage
    """Where it stands."""

    @property
    def key(self) -> _Key:
        """Sorts the nearest first; what is equally near, by place."""
        return (-self.similarity, *self.passage[:4])


class Neighbours:
    """Collects the nearest passages of the problems of one benchmark, one for each document.

    Args:
        items: one embedding of length 1 for each problem, at most 4096 numbers each.
        top: documents kept for each problem.

    Raises:
        UsageError: CERT-E488, fewer than five different problems.
    """

    def __init__(self, items: NDArray[Any], top: int) -> None:
        import numpy as np

        self._items = on_grid(items)
        self._groups = _groups(self._items)
        count = int(self._groups.max()) + 1 if len(items) else 0
        if count < YARDSTICKS + 2:
            raise UsageError(
                "CERT-E488",
                f"the semantic pass needs {YARDSTICKS + 2} different problems; this benchmark has {count}",
                "how near a passage is to a problem is judged against the other problems",
                "leave the semantic pass away for this benchmark",
            )
        self._order = np.argsort(self._groups, kind="stable")
        self._starts = np.searchsorted(self._groups[self._order], np.arange(count))
        self._top = top
        self._kept: list[dict[tuple[str, int], Near]] = [{} for _ in range(len(items))]
        self._floor = np.full(len(items), -2 * ONE, dtype=np.int64)
        self._sample = MarginSample()
        self.problems = count
        """Different problems."""
        self.passages = 0
        """Passages offered."""

    def offer(self, passages: Sequence[Passage], vectors: NDArray[Any]) -> None:
        """Considers passages with their embeddings of length 1, one row each."""
        for start in range(0, len(passages), _AT_ONCE):
            self._offer(passages[start : start + _AT_ONCE], vectors[start : start + _AT_ONCE])

    def merge(self, other: Neighbours) -> None:
        """Considers all that another collection for the same benchmark was offered."""
        for item, kept in enumerate(other._kept):
            for near in kept.values():
                self._keep(item, near)
        self._sample.merge(other._sample)
        self.passages += other.passages

    def nearest(self) -> list[list[Near]]:
        """For each problem its nearest passages, the nearest first."""
        return [sorted(kept.values(), key=lambda near: near.key) for kept in self._kept]

    def sampled(self) -> int:
        """Different passages behind :meth:`tail`."""
        return len(self._sample.margins())

    def tail(self) -> Tail | None:
        """How near unrelated passages come; None where the corpus is too small to tell."""
        return fit_tail(self._sample.margins())

    def _offer(self, passages: Sequence[Passage], vectors: NDArray[Any]) -> None:
        import numpy as np

        similar = (self._items @ on_grid(vectors).T).astype(np.int64)
        grouped = np.maximum.reduceat(similar[self._order], self._starts, axis=0)
        best = np.sort(np.partition(grouped, -YARDSTICKS - 2, axis=0)[-YARDSTICKS - 2 :], axis=0)
        seconds = YARDSTICKS * best[-2] - best[:-2].sum(axis=0)
        total = best[1:].sum(axis=0)
        for place, passage in enumerate(passages):
            self._sample.offer(passage.text, int(seconds[place]))
        for item, place in np.argwhere(similar >= self._floor[:, None]):
            own = grouped[self._groups[item], place]
            others = total[place] - max(own, best[1, place])
            near = Near(int(similar[item, place]), int(YARDSTICKS * similar[item, place] - others), passages[place])
            self._keep(int(item), near)
        self.passages += len(passages)

    def _keep(self, item: int, near: Near) -> None:
        kept, document = self._kept[item], near.passage[:2]
        held = kept.get(document)
        if held is None or near.key < held.key:
            kept[document] = near
        if len(kept) > self._top:
            del kept[max(kept, key=lambda one: kept[one].key)]
        if len(kept) == self._top:
            self._floor[item] = min(one.similarity for one in kept.values())


def on_grid(vectors: NDArray[Any]) -> NDArray[Any]:
    """Embeddings of length 1 as whole numbers, in single precision so that products are fast and still exact."""
    import numpy as np

    return np.rint(np.asarray(vectors, dtype=np.float64) * GRID).astype(np.float32)


def stands_out(neighbours: Neighbours, tail: Tail | None, near: Near) -> bool:
    """Whether a passage is worth a look; where the corpus tells no tail, every one that is nearer than to others."""
    if tail is None:
        return near.margin > 0
    return near.margin >= max(tail.high, 1) and chance(neighbours, tail, near) <= LISTED


def chance(neighbours: Neighbours, tail: Tail, near: Near) -> float:
    """Passages of such a margin that the corpus would hold for one problem that is not in it."""
    return neighbours.passages * tail.share(near.margin) / neighbours.problems


def _groups(items: NDArray[Any]) -> NDArray[Any]:
    """A number for each problem, the same for problems that are one and the same, from 0 without a gap."""
    import numpy as np

    first = np.arange(len(items))
    for item in range(len(items)):
        alike = np.flatnonzero(items[:item] @ items[item] >= SAME * ONE)
        if len(alike):
            first[item] = first[alike[0]]
    return np.unique(first, return_inverse=True)[1] if len(items) else first
