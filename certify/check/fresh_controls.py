"""Newer items made for the run: twins of published ones of our own families, alike in wording and length."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from certify.check.base import Sources
from certify.check.benchmarks import BenchmarkItem
from certify.check.families import FAMILIES, TRIES
from certify.errors import InternalError
from certify.statistics import FEWEST_NEWER
from certify.statistics.stream import Stream

MOST_TWINS = 8
"""Twins of one item; more of them say ever less."""

Fits = Callable[[str], bool]
"""Whether a problem's text fits the check."""


def twins_each(published: int) -> int:
    """Twins of each item, so that there are enough newer ones: one where there are enough published ones."""
    return min(MOST_TWINS, max(1, -(-FEWEST_NEWER // max(1, published))))


def has_twin(item: BenchmarkItem, sources: Sources, fits: Fits, seed: bytes) -> bool:
    """Whether a twin that fits can be made of an item, as far as a trial tells."""
    return item.problem is not None and _twin(item, 0, sources.published, fits, seed) is not None


def fresh_texts(items: Sequence[BenchmarkItem], sources: Sources, fits: Fits, seed: bytes) -> Iterator[str]:
    """The twins of all items, item by item; none is published, and none is asked twice where others can be had.

    Raises:
        InternalError: CERT-E102, an item has none, though a trial found one.
    """
    seen = set[str]()
    for item in items:
        for copy in range(twins_each(len(items))):
            found = _twin(item, copy, sources.published | seen, fits, seed)
            found = found or _twin(item, copy, sources.published, fits, seed)
            if found is None:
                raise InternalError("CERT-E102", f"no fresh twin of item {item.id} in {TRIES} tries")
            seen.add(found)
            yield found


def _twin(item: BenchmarkItem, copy: int, banned: Collection[str], fits: Fits, seed: bytes) -> str | None:
    if item.problem is None:
        return None
    family = FAMILIES[item.problem.family]
    for attempt in range(TRIES):
        stream = Stream(seed, f"control/{family.id}/v{family.version}/{item.id}/{copy}/{attempt}")
        try:
            text = family.isomorph(item.problem, stream).question
        except InternalError:
            return None
        if text not in banned and fits(text):
            return text
    return None
