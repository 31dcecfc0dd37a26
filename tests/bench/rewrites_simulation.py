"""Power and false alarms of the check ``paired-rewrite`` on simulated models, and the power that it says it has."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from certify.statistics import Wanted, margin_gap, margin_p_value

ACCURACY, MEAN, SPREAD, NOISE = 0.77, 1.9, 1.8, 0.6
"""Accuracy on the rewrites, reached by difficulties in logits with this mean and spread, and noise on either side."""
DESIGNS = (
    (30, 1, 0.10),
    (30, 32, 0.10),
    (60, 8, 0.10),
    (60, 32, 0.10),
    (200, 1, 0.10),
    (200, 4, 0.05),
    (200, 8, 0.05),
    (500, 8, 0.05),
)
"""Items, answers on either side, inflation."""


class Found(NamedTuple):
    """Shares of runs."""

    at_one: float
    """Detected at .01."""
    at_five: float
    """Detected at .05."""
    said: float
    """Mean of the power at .01 that the runs state of themselves."""


def simulated(
    rng: np.random.Generator,
    runs: int,
    items: int,
    samples: int,
    *,
    leaked: float = 0.0,
    harder: float = 0.0,
    margin: float = 0.0,
    against: float = 0.1,
) -> Found:
    """Runs of one design.

    Args:
        rng: draws them.
        runs: how many.
        items: pairs.
        samples: answers on either side.
        leaked: inflation; so large a share of random items is answered right always that the mean rises by it.
        harder: how much harder the rewrites are by themselves, as a share of right answers.
        margin: gap that is allowed for.
        against: the inflation whose power is stated.
    """
    one = five = said = 0.0
    for _ in range(runs):
        base = rng.normal(MEAN, SPREAD, items)
        own, other = (1 / (1 + np.exp(-(base + rng.normal(0, NOISE, items)))) for _ in range(2))
        own = np.where(rng.random(items) < leaked / (1 - ACCURACY), 1.0, own)
        other = np.maximum(other - harder, 0.0)
        original, rewritten = ([int(c) for c in rng.binomial(samples, share)] for share in (own, other))
        found = margin_gap(original, rewritten, samples, Wanted(margin, against, 0.01, 0.8))
        one += found.margin_p_value <= 0.01
        five += found.margin_p_value <= 0.05
        said += found.power
    return Found(one / runs, five / runs, said / runs)


def power_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """Leaks found, and what runs without a leak say that they would find."""
    for items, samples, inflation in DESIGNS:
        leaked = simulated(rng, runs, items, samples, leaked=inflation, against=inflation)
        honest = simulated(rng, runs, items, samples, against=inflation)
        numbers = (leaked.at_one, leaked.at_five, honest.said, honest.at_one, honest.at_five)
        yield [f"{items} x {samples}", f"{inflation:.2f}", *(f"{one:.3f}" for one in numbers)]


def margin_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """False alarms where rewrites are harder by themselves, without and with the margin."""
    for items, samples in ((60, 8), (60, 32)):
        for harder in (0.0, 0.02):
            plain = simulated(rng, runs, items, samples, harder=harder)
            allowed = simulated(rng, runs, items, samples, harder=harder, margin=0.02)
            numbers = (plain.at_one, plain.at_five, allowed.at_one, allowed.at_five)
            yield [f"{items} x {samples}", f"{harder:.2f}", *(f"{one:.3f}" for one in numbers)]


def several_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """False alarms with several rewrites where each wording is always right or always wrong, as greedy answers are."""
    for items, accuracy in ((30, 0.9), (30, 0.95), (60, 0.95), (200, 0.95)):
        for rewrites in (1, 2, 4):
            differences = [
                [Fraction(rewrites * own - int(right), rewrites) for own, right in zip(*one, strict=True)]
                for one in (
                    ((rng.random(items) < accuracy).astype(int).tolist(), rng.binomial(rewrites, accuracy, items))
                    for _ in range(runs)
                )
            ]
            found = [[margin_p_value(one, margin) <= 0.01 for one in differences] for margin in (0.0, 0.02)]
            yield [str(items), f"{accuracy:.2f}", str(rewrites), *(f"{sum(one) / runs:.3f}" for one in found)]
