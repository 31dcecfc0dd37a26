"""Published items held against newer ones: what may serve as a control, and whether both are enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from certify.check.base import Sources
from certify.check.benchmarks import Benchmark, BenchmarkItem
from certify.check.catalogue import entry_of
from certify.check.catalogued import catalogue
from certify.check.continuations import words
from certify.errors import UsageError
from certify.evidence.parameters.completions import FRESH, ControlledParameters
from certify.statistics import Prospect, TwoShares, prospect


class Fitting(NamedTuple):
    """The items of one side that fit a check."""

    items: tuple[BenchmarkItem, ...]
    """In the order of their file."""
    left_out: int
    """Items before the last of these, or in all where they are fewer than the most, that do not fit."""


class Sides(NamedTuple):
    """What is compared."""

    published: Fitting
    """Published items."""
    newer: Fitting
    """The control; of a fresh one, the published items as often as they have twins."""

    @property
    def sizes(self) -> TwoShares:
        """Items of both sides that fit."""
        return TwoShares(len(self.published.items), len(self.newer.items))


def fitting(items: tuple[BenchmarkItem, ...], fits: Callable[[BenchmarkItem], bool], most: int) -> Fitting:
    """The first items that fit, at most so many, each once: the test takes them for independent."""
    taken, left_out, seen = list[BenchmarkItem](), 0, set[str]()
    for item in items:
        if len(taken) == most:
            break
        if fits(item) and (worded := _worded(item)) not in seen:
            taken.append(item)
            seen.add(worded)
        else:
            left_out += 1
    return Fitting(tuple(taken), left_out)


def prospect_of(
    parameters: ControlledParameters, tests: int, sizes: TwoShares, newer_hits: int = 0, judged: float = 1.0
) -> Prospect:
    """What a comparison with these parameters can notice, as one of so many tests that share the error rate.

    Args:
        parameters: of the check.
        tests: tests of contamination in the plan.
        sizes: items of both sides.
        newer_hits: hits on newer items.
        judged: share of the answers that could be judged: what a model knows can show in these alone.
    """
    level, shown = parameters.alpha / tests, parameters.power_against * judged
    return prospect(sizes, newer_hits, shown, level, parameters.least_power)


def source_fields(check: str, parameters: ControlledParameters, sources: Sources) -> dict[str, Any]:
    """What a result says of the items that were compared.

    Raises:
        UsageError: CERT-E102, see :func:`released_of`.
    """
    benchmark = sources.benchmarks[parameters.benchmark]
    control = None if parameters.control == FRESH else sources.benchmarks[parameters.control]
    return {
        "benchmark": benchmark.id,
        "benchmark_sha256": benchmark.sha256,
        "control": control.id if control else FRESH,
        "control_sha256": control.sha256 if control else None,
        "control_released": released_of(check, parameters, sources),
    }


def require_control(check: str, parameters: ControlledParameters, sources: Sources) -> None:
    """Returns where the control is newer, as far as anybody says, and holds no published item.

    Raises:
        UsageError: CERT-E102, it does not.
    """
    released_of(check, parameters, sources)
    _require_apart(check, parameters, sources)


def released_of(check: str, parameters: ControlledParameters, sources: Sources) -> str | None:
    """Since when the items of the control have been public; None where they are made for the run.

    A file that the catalogue knows is of the day that it says, whatever the file is called.

    Raises:
        UsageError: CERT-E102, nobody says so, or they are no newer than the published ones.
    """
    if parameters.control == FRESH:
        return None
    told = _catalogued(sources.benchmarks[parameters.control])
    released = parameters.control_released or told
    if released is None or (told is not None and released != told):
        raise impossible(
            check,
            "it does not say since when the items of its control have been public"
            if released is None
            else f"the catalogue says {told} of its control, not {released}",
            "set control_released to the day or month, such as 2026-08",
        )
    before = _catalogued(sources.benchmarks[parameters.benchmark])
    if before is not None and released <= before:
        raise impossible(
            check,
            f"its control is of {released}, the published items of {before}",
            "name a control of items that became public later",
        )
    return released


def _catalogued(benchmark: Benchmark) -> str | None:
    """Since when a file has been public as the catalogue tells, None where it does not know these bytes."""
    return next((one.released for one in map(entry_of, catalogue()) if one.sha256 == benchmark.sha256), None)


def _require_apart(check: str, parameters: ControlledParameters, sources: Sources) -> None:
    if parameters.control == FRESH:
        return
    known = {_worded(item) for item in sources.benchmarks[parameters.benchmark].items}
    for item in sources.benchmarks[parameters.control].items:
        if _worded(item) in known:
            raise impossible(
                check,
                f"item {item.id[:60]} of its control is a published one",
                "name a control without published items",
            )


def _worded(item: BenchmarkItem) -> str:
    """What two items have in common that are the same; of a problem without words, the problem."""
    return " ".join(words(item.published, len(item.published))) or item.published


def impossible(check: str, what: str, hint: str) -> UsageError:
    """The error for a check that these parameters and files allow no plan for."""
    return UsageError("CERT-E102", f"{check} cannot be planned: {what}", hint=hint)
