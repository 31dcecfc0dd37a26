"""What pairs of runs say together: pure, so that a test can hold it to numbers worked out by hand."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple


class Taken(NamedTuple):
    """What one run of either side took."""

    seconds: float
    """Answering, without loading."""
    whole: float
    """From start to end of the process, seconds."""
    tokens: int
    answers: list[Any]
    """Token ids of each answer, or its text, in the order of the requests."""


Pair = tuple[Taken, Taken]
"""By certify, by the peer."""


class Summary(NamedTuple):
    """One row of the table."""

    ratio: float
    """Certify's time as a multiple of the peer's, median of the pairs."""
    low: float
    """Lower quartile of the ratios; the ratio itself where there is one pair."""
    high: float
    added: float
    """Seconds more for each answer, median."""
    whole: float
    """The ratio with start-up, median."""
    alike: float
    """Share of the answers that are the same on both sides, in the pair where it is least."""


def summary_of(pairs: Sequence[Pair], *, by_token: bool) -> Summary:
    """The summary of at least one pair.

    Args:
        pairs: runs of the same requests.
        by_token: compares time for each token, where the sides draw other answers of other lengths.
    """
    ratios = [_cost(ours, by_token) / _cost(bare, by_token) for ours, bare in pairs]
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return Summary(
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        added=statistics.median((ours.seconds - bare.seconds) / len(bare.answers) for ours, bare in pairs),
        whole=statistics.median(ours.whole / bare.whole for ours, bare in pairs),
        alike=min(alike(ours.answers, bare.answers) for ours, bare in pairs),
    )


def alike(ours: Sequence[object], bare: Sequence[object]) -> float:
    """Share of the answers that are the same; of texts, but for blanks around them."""
    return sum(map(_equal, ours, bare)) / len(bare)


def row_of(name: str, found: Summary) -> str:
    """The row as Markdown."""
    return (
        f"| {name} | {found.ratio:.3f} | {found.low:.3f}–{found.high:.3f} | {found.added * 1e3:.1f} ms "
        f"| {found.whole:.2f} | {found.alike:.1%} |"
    )


def _cost(taken: Taken, by_token: bool) -> float:
    return taken.seconds / taken.tokens if by_token else taken.seconds


def _equal(ours: object, bare: object) -> bool:
    return ours.strip() == bare.strip() if isinstance(ours, str) and isinstance(bare, str) else ours == bare
