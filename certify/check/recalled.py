"""Questions about published facts, drawn by the seed from a file: short answers, from memory alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from certify.check.base import Sources
from certify.check.benchmarks import BenchmarkItem
from certify.check.short_answers import plain, says_unknown
from certify.check.verifiers import CHOICE, FAMILY
from certify.errors import UsageError
from certify.evidence.answers import Question
from certify.evidence.parameters.profile import CapabilityProfileParameters
from certify.statistics import MINIMUM_ITEMS
from certify.statistics.stream import Stream

MOST_FREQUENT = "most-frequent-answer"


class Recalled(NamedTuple):
    """A row of the file that is asked."""

    number: int
    """Its 0-based place in the file."""
    item: BenchmarkItem
    """What it says."""

    @property
    def hops(self) -> int:
        """Facts that its answer puts together; one where the file does not say."""
        return self.item.hops or 1


def how_many(parameters: CapabilityProfileParameters, sources: Sources) -> int:
    """Questions of the file that are asked; 0 where none is named.

    Raises:
        UsageError: CERT-E102, a row offers choices, is a problem of ours or has "unknown" for an answer, or there are
            too few rows for an interval.
    """
    return sum(_sizes(_pools(parameters, sources), parameters.recalled))


def recalled_rows(parameters: CapabilityProfileParameters, sources: Sources, seed: bytes) -> tuple[Recalled, ...]:
    """The rows that are asked, in the order of the file: so many of each kind as :func:`how_many` counts.

    Raises:
        UsageError: as there.
    """
    pools = _pools(parameters, sources)
    sizes = _sizes(pools, parameters.recalled)
    names = ("one", "several")
    drawn = [
        row
        for name, pool, size in zip(names, pools, sizes, strict=True)
        for row in Stream(seed, f"capability-profile/recalled/{name}").sample(pool, size)
    ]
    return tuple(sorted(drawn, key=lambda row: row.number))


def constant_share(asked: Sequence[Question]) -> float:
    """The share of these questions that the best single answer gets right."""
    counts = Counter(
        name for one in asked for name in sorted({plain(text) for text in (one.gold, *(one.aliases or ()))})
    )
    return round(max(counts.values(), default=0) / max(1, len(asked)), 4)


def _pools(parameters: CapabilityProfileParameters, sources: Sources) -> tuple[list[Recalled], list[Recalled]]:
    """Rows that need one fact, and rows that need several."""
    if parameters.benchmark is None:
        return [], []
    rows = [Recalled(number, item) for number, item in enumerate(sources.asked(parameters.benchmark))]
    for row in rows:
        _refuse_unfit(row)
    one, several = [row for row in rows if row.hops == 1], [row for row in rows if row.hops > 1]
    if max(_sizes((one, several), parameters.recalled)) < MINIMUM_ITEMS:
        raise _impossible(f"{parameters.benchmark} has too few questions for an interval", "name a larger file")
    return one, several


def _sizes(pools: tuple[list[Recalled], list[Recalled]], most: int) -> tuple[int, int]:
    """Half of each kind, and more of one where the other has too few."""
    one, several = map(len, pools)
    first = min(one, most - min(several, most // 2))
    return first, min(several, most - first)


def _refuse_unfit(row: Recalled) -> None:
    item = row.item
    chosen = item.verifier == CHOICE or item.verifier.startswith(FAMILY)
    if not chosen and not any(says_unknown(text) for text in (item.gold, *item.aliases)):
        return
    why = "is no short question about a fact" if chosen else 'has "unknown" for an answer'
    raise _impossible(f"row {row.number + 1} of its file {why}", "name a file of questions with short answers")


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"capability-profile cannot be planned: {what}", hint=hint)
