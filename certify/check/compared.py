"""A model's pairs beside those of reference models: whether its gap is more than the rewrites make by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from certify.check.reference_file import ReferenceFile
from certify.evidence.references import ReferenceModel
from certify.evidence.results.rewrites import ExcessCounts, ReferenceComparison, ReferenceGap
from certify.statistics import (
    Headroom,
    Wanted,
    fewest_items,
    paired_differences,
    reference_gaps,
    reference_power,
    smallest_inflation,
)


class Compared(NamedTuple):
    """What decides where there are references."""

    told: ReferenceComparison
    """What the result says of them."""
    p_value: float
    """The larger of both units'."""
    power: float
    """Of this test against the inflation that it should find."""
    detectable: float
    """Smallest inflation it finds with the wanted power; 1.0 where it finds none."""
    needed: int | None
    """Items with which it would have the wanted power; None where it has, or where no number gives it."""


def compared(
    file: ReferenceFile, items: Sequence[str], original: Sequence[int], rewritten: Sequence[int], wanted: Wanted
) -> Compared:
    """The test against references, with its power.

    Args:
        file: which serves the plan, see :meth:`ReferenceFile.require`.
        items: ids of the pairs.
        original: right answers of the model to each item, in this order.
        rewritten: right answers to its rewrites.
        wanted: what should be found; references take the place of its margin.

    Source: rule REF of docs/statistics.md.
    """
    samples = file.told.samples
    differences = paired_differences(original, samples, rewritten, samples)
    found = reference_gaps(differences, [_differences(model, items) for model in file.told.models])
    headroom = Headroom.from_counts(rewritten, samples)

    def power(inflation: float, count: int | None = None) -> float:
        return reference_power(wanted.shown(inflation), found, headroom, wanted.alpha, count)

    reached, needed = power(wanted.against), None
    if reached < wanted.power:
        needed = fewest_items(lambda count: power(wanted.against, count), wanted.power)
    told = ReferenceComparison(
        sha256=file.sha256,
        references=found.test.references,
        excess=found.test.excess,
        model_p=found.test.model_p,
        item_p=found.test.item_p,
        largest_gap=found.largest_gap,
        p_without_largest=found.p_without_largest,
        models=tuple(
            _told(model, items, gap, samples) for model, gap in zip(file.told.models, found.gaps, strict=True)
        ),
        unit=found.unit,
        excesses=tuple(ExcessCounts(excess=one, items=count) for one, count in sorted(Counter(found.excesses).items())),
    )
    detectable = smallest_inflation(power, wanted.power)
    return Compared(told, found.test.p_value, reached, detectable, needed)


def _differences(model: ReferenceModel, items: Sequence[str]) -> list[Fraction]:
    rows = (model.items[item] for item in items)
    return [Fraction(original, asked) - Fraction(rewritten, again) for original, asked, rewritten, again in rows]


def _told(model: ReferenceModel, items: Sequence[str], gap: float, samples: int) -> ReferenceGap:
    rows = [model.items[item] for item in items]
    return ReferenceGap(
        name=model.name,
        identity=model.identity,
        original=sum(row[0] for row in rows),
        rewritten=sum(row[2] for row in rows),
        answers=samples * len(rows),
        gap=gap,
    )
