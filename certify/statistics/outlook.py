"""What a design can show, before anything has been measured: power and detectable inflation from assumptions."""

from __future__ import annotations

import math
from typing import NamedTuple

from certify.statistics.interval import MINIMUM_ITEMS, alpha_of
from certify.statistics.planning import DEFAULT_RHO, FORMULA_HOLDS_TO, best_lower_bound
from certify.statistics.power import Headroom, detectable_inflation, gap_power
from certify.statistics.quantile import normal_cdf, normal_quantile

TWIN_SPREAD = 0.12
"""Standard deviation of an item's true accuracy minus its twin's, assumed until it is measured.

Source: twins of one template in simulation, logit noise of .6 on either side; rewordings that differ more cost power.
"""

_USUAL_ACCURACY = 0.77


class GapOutlook(NamedTuple):
    """What a paired test of this size is expected to find."""

    power: float
    """Chance of finding the inflation asked about."""
    detectable: float
    """Smallest inflation found with the wanted power; 1 where none is."""
    accuracy: float
    """Accuracy on fresh twins that was assumed."""


def verdict_power(
    threshold: float, truth: float, items: int, samples: int, *, rho: float = DEFAULT_RHO, level: float = 0.95
) -> float:
    """The chance that a model with this true accuracy is shown to meet a threshold, rounded down to 2 decimals.

    Args:
        threshold: required accuracy, in (0, 1).
        truth: the model's accuracy on such items, in [0, 1].
        items: items asked.
        samples: answers per item.
        rho: correlation of the answers to one item.
        level: confidence level of the interval; with looks, that of the last one, which makes the power a little
            too small.

    Raises:
        ValueError: an argument outside its range.

    Source: the planning formula of ``plan_size``, solved for the power; within .05 of simulated power for true
    accuracies up to .93, too small above.
    """
    if not (0 < threshold < 1 and 0 <= truth <= 1 and items >= 0 and samples >= 1 and 0 <= rho <= 1):
        raise ValueError(f"no power for accuracy {truth} against {threshold} with {items} items")
    margin = truth - threshold
    if margin <= 0 or best_lower_bound(items, level) < threshold:
        return 0.0
    counted = items - math.ceil(2 / margin)
    if truth == 1:
        return 1.0
    if counted <= 0:
        return 0.0
    answers = 1 if truth > FORMULA_HOLDS_TO else samples
    shrink = rho + (1 - rho) / answers
    under_threshold = math.sqrt(threshold * (1 - threshold) * shrink)
    under_truth = math.sqrt(truth * (1 - truth) * shrink)
    z = normal_quantile(float(1 - alpha_of(level) / 2))
    reached = (margin * math.sqrt(counted) - z * under_threshold) / under_truth
    return math.floor(normal_cdf(reached) * 100) / 100


def shown_from(
    threshold: float, items: int, samples: int, *, power: float = 0.8, rho: float = DEFAULT_RHO, level: float = 0.95
) -> float | None:
    """The smallest true accuracy, in thousandths, that is shown to meet a threshold with the wanted power.

    Returns:
        None where no accuracy is: such a threshold is refused before a run.

    Raises:
        ValueError: as :func:`verdict_power`.
    """
    steps = range(math.floor(threshold * 1000) + 1, 1001)
    return next(
        (
            at / 1000
            for at in steps
            if verdict_power(threshold, at / 1000, items, samples, rho=rho, level=level) >= power
        ),
        None,
    )


def gap_outlook(
    inflation: float,
    items: int,
    samples: tuple[int, int],
    *,
    accuracy: float = _USUAL_ACCURACY,
    rho: float = DEFAULT_RHO,
    alpha: float = 0.05,
    power: float = 0.8,
    margin: float = 0.0,
    spread: float = TWIN_SPREAD,
) -> GapOutlook:
    """What the paired test of published items and their twins is expected to find.

    Args:
        inflation: the inflation whose power is told, in (0, 1].
        items: pairs.
        samples: answers per published item and per twin.
        accuracy: expected accuracy on the twins, in (0, 1).
        rho: correlation of the answers to one item.
        alpha: one-sided error rate.
        power: the power at which the detectable inflation is told.
        margin: the gap that is tested against, in [0, 1].
        spread: standard deviation of an item's true accuracy minus its twin's.

    Raises:
        ValueError: an argument outside its range.

    Source: rule MDI with sd**2 = spread**2 + E p(1-p) (1/k + 1/k'), E p(1-p) = accuracy (1-accuracy) (1-rho).
    """
    if not (0 < accuracy < 1 and 0 <= rho <= 1 and min(samples) >= 1 and spread >= 0):
        raise ValueError(f"no outlook at an accuracy of {accuracy} with {samples} answers")
    if items < MINIMUM_ITEMS:
        return GapOutlook(0.0, 1.0, accuracy)
    noise = accuracy * (1 - accuracy) * (1 - rho)
    sd = math.sqrt(spread**2 + noise * (1 / samples[0] + 1 / samples[1]))
    room = Headroom(1 - accuracy, (1 - accuracy) ** 2 + rho * accuracy * (1 - accuracy))
    found = detectable_inflation(sd, items, room, alpha, power, margin=margin)
    return GapOutlook(gap_power(inflation, sd, items, room, alpha, margin=margin), found, accuracy)


def best_gap_power(
    inflation: float,
    items: int,
    samples: int,
    *,
    accuracy: float = _USUAL_ACCURACY,
    spread: float = TWIN_SPREAD,
    alpha: float = 0.05,
    margin: float = 0.0,
) -> float:
    """The most power that such a test can be expected to have, however alike the answers to one item are.

    Args:
        samples: answers to each item, on either side; all others as :func:`gap_outlook`.

    Source: the variance is linear in ``rho``, so one of its ends is the best case.
    """
    return max(
        gap_outlook(
            inflation, items, (samples, samples), accuracy=accuracy, rho=rho, alpha=alpha, margin=margin, spread=spread
        ).power
        for rho in (0.0, 1.0)
    )
