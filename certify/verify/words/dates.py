"""Words of page one for published problems compared by their date."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results import DateSplitResult
from certify.verify.words.printed import bounded, points

_WORD = (
    "Problems from before and after the end of the training data are compared as advice alone: one year’s problems are "
    "harder than another’s, and that nothing younger was trained on is the plan’s word."
)


def split_headline(name: str, result: DateSplitResult) -> Headline:
    """How much better older problems were answered, with both shares."""
    left = f"; {counted(result.undated, 'item')} without a usable date left out" if result.undated else ""
    detail = (
        f"advice, no test: 95 % interval {points(result.lower)} to {points(result.upper)}; {result.before.items} items "
        f"of {result.benchmark} public by {result.cutoff} {bounded(result.before)}, {result.after.items} later ones "
        f"{bounded(result.after)}; {_chance(result.p_value)} if chance had divided them{left}"
    )
    return Headline(name=name, value=points(result.difference), detail=detail)


def split_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What a comparison by date cannot tell."""
    return (_WORD,) if any(isinstance(result, DateSplitResult) for result in results.values()) else ()


def _chance(p_value: float) -> str:
    return f"p = {p_value:.4f}"
