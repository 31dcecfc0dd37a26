"""Published items held against newer ones: what may serve as a control, and whether both are enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from certify.check.base import Sources
from certify.check.benchmarks import BenchmarkItem, is_path
from certify.check.catalogue import entry_of
from certify.errors import UsageError
from certify.evidence.parameters.completions import FRESH, ControlledParameters
from certify.statistics import Prospect, TwoShares, prospect


class Fitting(NamedTuple):
    """The items of one side that fit a check."""

    items: tuple[BenchmarkItem, ...]
    """In the order of their file."""
    left_out: int
    """Items before the last of these, or in all where they are fewer than the most, that do not fit."""


def fitting(items: tuple[BenchmarkItem, ...], fits: Callable[[BenchmarkItem], bool], most: int) -> Fitting:
    """The first items that fit, at most so many."""
    taken, left_out = list[BenchmarkItem](), 0
    for item in items:
        if len(taken) == most:
            break
        if fits(item):
            taken.append(item)
        else:
            left_out += 1
    return Fitting(tuple(taken), left_out)


def prospect_of(parameters: ControlledParameters, tests: int, sizes: TwoShares, newer_hits: int = 0) -> Prospect:
    """What a comparison with these parameters can notice, as one of so many tests that share the error rate."""
    level = parameters.alpha / tests
    return prospect(sizes, newer_hits, parameters.power_against, level, parameters.least_power)


def released_of(check: str, parameters: ControlledParameters) -> str | None:
    """Since when the items of the control have been public; None where they are made for the run.

    Raises:
        UsageError: CERT-E102, nobody says so, or they are no newer than the published ones.
    """
    if parameters.control == FRESH:
        return None
    told = None if is_path(parameters.control) else entry_of(parameters.control).released
    released = parameters.control_released or told
    if released is None or (told is not None and released != told):
        raise _impossible(
            check,
            "it does not say since when the items of its control have been public"
            if released is None
            else f"the catalogue says {told} of its control, not {released}",
            "set control_released to the day or month, such as 2026-08",
        )
    before = None if is_path(parameters.benchmark) else entry_of(parameters.benchmark).released
    if before is not None and released <= before:
        raise _impossible(
            check,
            f"its control is of {released}, the published items of {before}",
            "name a control of items that became public later",
        )
    return released


def require_apart(check: str, parameters: ControlledParameters, sources: Sources) -> None:
    """Returns where no item stands on both sides.

    Raises:
        UsageError: CERT-E102, one does, so that it could not be told apart.
    """
    if parameters.control == FRESH:
        return
    known = {" ".join(item.published.split()) for item in sources.benchmarks[parameters.benchmark].items}
    for item in sources.benchmarks[parameters.control].items:
        if " ".join(item.published.split()) in known:
            raise _impossible(
                check,
                f"item {item.id[:60]} of its control is a published one",
                "name a control without published items",
            )


def _impossible(check: str, what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"{check} cannot be planned: {what}", hint=hint)
