"""Fresh against static: how published items and their fresh twins were answered, one under the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.evidence.base import Value
from certify.evidence.instances import label_of
from certify.evidence.results import Estimate, StaticFreshGapResult
from certify.evidence.results.rewrites import PairedRewriteResult
from certify.page.chart import Scale
from certify.verify.words.accuracy import power_words
from certify.verify.words.printed import SMALLEST_PRINTED_SAMPLE, percent, points


class Side(NamedTuple):
    """One of the two: a dot and its interval on a scale of 0 to 100 %."""

    label: str
    """What was asked."""
    value: str
    """Its share, as printed."""
    dot: float
    """The share, SVG units."""
    low: float
    """Left end of the interval."""
    high: float
    """Right end of the interval; equal to ``low`` where there is none."""


class Drop(NamedTuple):
    """Published above, fresh below, and what lies between."""

    title: str
    """Which benchmark or check, where there are several; empty otherwise."""
    sides: tuple[Side, Side]
    """Published and fresh."""
    gap: str
    """The difference, as printed."""
    words: str
    """The difference with its bound and power."""
    alt: str
    """The numbers, for those who do not see the picture."""


NOT_COMPARED = "Nothing was asked both as published and fresh, so nothing is compared."


def drop_of(results: Mapping[str, Value]) -> Drop | None:
    """The comparison with the largest bound, which is the one to worry about; None where nothing was compared."""
    twins = {name: one for name, one in results.items() if isinstance(one, StaticFreshGapResult)}
    if twins:
        name = max(sorted(twins), key=lambda check: twins[check].upper)
        return _twins(name, twins[name], len(twins))
    rewritten = {name: one for name, one in results.items() if isinstance(one, PairedRewriteResult)}
    found = {name: _rewrites(name, one, len(rewritten)) for name, one in sorted(rewritten.items())}
    drops = [one for one in found.values() if one is not None]
    return max(drops, key=lambda one: one.sides[0].dot - one.sides[1].dot, default=None)


def _twins(name: str, result: StaticFreshGapResult, of: int) -> Drop:
    words = f"{points(result.gap)}, at most {points(result.upper)}; {power_words(result)}."
    sides = _side("Published", result.static), _side("Fresh twins", result.fresh)
    return Drop(_title(name, of), sides, points(result.gap), words, _alt(sides, words))


def _rewrites(name: str, result: PairedRewriteResult, of: int) -> Drop | None:
    if result.original is None or result.rewritten is None:
        return None
    gap = result.original.estimate - result.rewritten.estimate
    words = f"{points(gap)}; power {result.power:.2f} against a drop of {points(result.power_against).lstrip('+')}."
    sides = _side("Published", result.original), _side("Reworded", result.rewritten)
    return Drop(_title(name, of), sides, points(gap), words, _alt(sides, words))


def _title(name: str, of: int) -> str:
    return "" if of == 1 else f"{label_of(name) or name}, the widest of {of}"


def _side(label: str, share: Estimate) -> Side:
    scale = Scale(0.0, 1.0)
    low, high = (share.lower, share.upper) if share.items >= SMALLEST_PRINTED_SAMPLE else (share.estimate,) * 2
    return Side(label, percent(share.estimate), scale.x(share.estimate), scale.x(low), scale.x(high))


def _alt(sides: tuple[Side, Side], words: str) -> str:
    told = "; ".join(f"{side.label} {side.value}" for side in sides)
    return f"Right answers on a scale of 0 to 100 %: {told}. Difference {words}"
