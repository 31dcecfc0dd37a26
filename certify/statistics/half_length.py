"""The length at which half of the chains fail, as a description beside a verdict (rule HALF)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from certify.statistics.interval import check_counts
from certify.statistics.stream import Stream

FULL_LADDER = 6
"""From so many lengths the logistic curve is fitted; on fewer its interval says nothing."""

ONE_PARAMETER, LOGISTIC = "one-parameter", "logistic"
_SEED = hashlib.sha256(b"certify/half-length/v1").digest()
_RESAMPLES = 400
_SEARCH = 40
_STEPS = 40
_STEEPEST = 20.0
_TINY = 1e-12


class HalfLength(NamedTuple):
    """The length where the share of right answers, guesses set aside, falls to one half."""

    model: str
    """``one-parameter`` or ``logistic``."""
    estimate: float
    """Steps, one decimal, within the ladder."""
    lower: float
    """2.5 % quantile over resampled items, within the ladder."""
    upper: float
    """97.5 % quantile."""
    beyond: str
    """``above`` where the estimate lies past the longest length, ``below`` before the shortest, else empty."""


class _Counts(NamedTuple):
    lengths: Sequence[int]
    right: list[int]
    answers: list[int]
    guess: float


def half_length(lengths: Sequence[int], right: Sequence[Sequence[int]], samples: int, guess: float) -> HalfLength:
    """The half length with the span that resampled items give; no verdict uses it.

    Ladders of fewer than six lengths get p = g + (1 - g) 2^(-d / L), the same chance of failing at every step; longer
    ones p = g + (1 - g) / (1 + (d / L)^b), fitted by maximum likelihood.

    Args:
        lengths: steps of each rung, growing.
        right: for each rung the right answers of each item, integers in [0, samples].
        samples: answers per item.
        guess: share of right answers by guessing, in [0, 1).

    Raises:
        ValueError: lengths that do not grow, a rung without items, impossible counts.

    Source: per-step error as in arXiv 2509.09677; the logistic curve in log length as in psychophysics; percentile
    bootstrap over items. tests/bench/ladder_simulation.py shows the bias of both.
    """
    _check(lengths, right, samples, guess)
    fit = _logistic if len(lengths) >= FULL_LADDER else _one_parameter
    sizes = [len(items) * samples for items in right]
    found = fit(_Counts(lengths, [sum(items) for items in right], sizes, guess))
    stream = Stream(_SEED, "/".join(map(str, lengths)))
    again = sorted(fit(_Counts(lengths, _resampled(stream, right), sizes, guess)) for _ in range(_RESAMPLES))
    ends = [again[round(share * (_RESAMPLES - 1))] for share in (0.025, 0.975)]
    beyond = "above" if found > lengths[-1] else "below" if found < lengths[0] else ""
    model = LOGISTIC if fit is _logistic else ONE_PARAMETER
    low, high = (_within(lengths, end) for end in ends)
    return HalfLength(model, _within(lengths, found), low, high, beyond)


def _check(lengths: Sequence[int], right: Sequence[Sequence[int]], samples: int, guess: float) -> None:
    grows = all(first < second for first, second in pairwise(lengths))
    if not lengths or lengths[0] < 1 or not grows or len(lengths) != len(right) or not all(right):
        raise ValueError("a half length needs growing lengths, and items at each of them")
    if not 0 <= guess < 1:
        raise ValueError(f"the share of guesses {guess} is outside [0, 1)")
    for items in right:
        check_counts(items, samples)


def _resampled(stream: Stream, right: Sequence[Sequence[int]]) -> list[int]:
    return [sum(items[stream.below(len(items))] for _ in items) for items in right]


def _within(lengths: Sequence[int], value: float) -> float:
    return round(min(max(value, float(lengths[0])), float(lengths[-1])), 1)


def _log_likelihood(counts: _Counts, survives: Callable[[int], float]) -> float:
    total = 0.0
    for length, right, answers in zip(counts.lengths, counts.right, counts.answers, strict=True):
        p = counts.guess + (1 - counts.guess) * survives(length)
        p = min(max(p, _TINY), 1 - _TINY)
        total += right * math.log(p) + (answers - right) * math.log1p(-p)
    return total


def _one_parameter(counts: _Counts) -> float:
    """Golden-section search on the logarithm of the half length, far past both ends of the ladder."""

    def value(log_half: float) -> float:
        half = math.exp(log_half)
        return _log_likelihood(counts, lambda length: 2.0 ** (-length / half))

    low, high = math.log(counts.lengths[0] / 64), math.log(counts.lengths[-1] * 64)
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(_SEARCH):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if value(left) >= value(right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def _logistic(counts: _Counts) -> float:
    """Fisher scoring with step halving on a - b (log d - centre); the slope stays in [0, 20]."""
    centre = sum(map(math.log, counts.lengths)) / len(counts.lengths)
    a, b = 0.0, 1.0
    best = _log_likelihood(counts, _curve(a, b, centre))
    for _ in range(_STEPS):
        step_a, step_b = _scoring_step(counts, a, b, centre)
        size = 1.0
        while size > 1e-4:
            near_a, near_b = a + size * step_a, min(max(b + size * step_b, 0.0), _STEEPEST)
            reached = _log_likelihood(counts, _curve(near_a, near_b, centre))
            if reached > best:
                break
            size /= 2
        else:
            break
        gained, best, a, b = reached - best, reached, near_a, near_b
        if gained < 1e-10:
            break
    return _crossing(counts, a, b, centre)


def _crossing(counts: _Counts, a: float, b: float, centre: float) -> float:
    shortest, longest = counts.lengths[0] / 64, counts.lengths[-1] * 64.0
    if b < 1e-6:
        return longest if a > 0 else shortest
    return math.exp(min(max(a / b + centre, math.log(shortest)), math.log(longest)))


def _curve(a: float, b: float, centre: float) -> Callable[[int], float]:
    return lambda length: _sigmoid(a - b * (math.log(length) - centre))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))


def _scoring_step(counts: _Counts, a: float, b: float, centre: float) -> tuple[float, float]:
    """The step of Fisher scoring, with a small ridge so that it exists where all or none are right."""
    g0 = g1 = 0.0
    i00 = i11 = 1e-6
    i01 = 0.0
    for length, right, answers in zip(counts.lengths, counts.right, counts.answers, strict=True):
        x = centre - math.log(length)
        s = min(max(_sigmoid(a + b * x), _TINY), 1 - _TINY)
        p = min(max(counts.guess + (1 - counts.guess) * s, _TINY), 1 - _TINY)
        slope = (1 - counts.guess) * s * (1 - s)
        score, weight = (right - answers * p) / (p * (1 - p)) * slope, answers * slope * slope / (p * (1 - p))
        g0, g1 = g0 + score, g1 + score * x
        i00, i01, i11 = i00 + weight, i01 + weight * x, i11 + weight * x * x
    determinant = i00 * i11 - i01 * i01
    steps = (i11 * g0 - i01 * g1) / determinant, (i00 * g1 - i01 * g0) / determinant
    return min(max(steps[0], -5.0), 5.0), min(max(steps[1], -5.0), 5.0)
