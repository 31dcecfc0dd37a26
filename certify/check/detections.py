"""Several tests of contamination in one plan: corrected for their number, then put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certify.errors import UsageError
from certify.evidence.base import StrictValue, Value
from certify.evidence.parameters.detection import DetectionParameters
from certify.evidence.results.detection import Detection, detection_verdict
from certify.statistics import printed_holm


def planned_tests(parameters: Mapping[str, StrictValue]) -> int:
    """How many tests of contamination a plan holds; at least 1, so that a level can be shared among them.

    Raises:
        UsageError: CERT-E102, they do not agree about the error rate that all of them share.
    """
    planned = {name: one for name, one in parameters.items() if isinstance(one, DetectionParameters)}
    levels = {one.alpha for one in planned.values()}
    if len(levels) > 1:
        raise UsageError(
            "CERT-E102",
            f"{', '.join(sorted(planned))} cannot be planned together: their alpha differs",
            why="one share of false alarms holds for all tests of contamination of a plan",
            hint="give all of them the same alpha",
        )
    return max(1, len(planned))


def detection_fields(
    parameters: DetectionParameters, tests: int, p_value: float | None, power: float, needed: int | None
) -> dict[str, Any]:
    """The fields of a :class:`Detection` as its check knows them, before other tests' p-values are.

    Args:
        parameters: of the check.
        tests: planned tests of contamination.
        p_value: of this one; None where nothing was asked.
        power: at ``alpha / tests``.
        needed: items that would do, where these do not.
    """
    corrected = None if p_value is None else min(1.0, tests * p_value)
    return {
        "verdict": detection_verdict(corrected, parameters.alpha, power, parameters.least_power),
        "alpha": parameters.alpha,
        "p_value": p_value,
        "tests": tests,
        "holm_p_value": corrected,
        "power": power,
        "power_against": parameters.power_against,
        "least_power": parameters.least_power,
        "needed": needed,
    }


def concluded(parameters: Mapping[str, StrictValue], results: Mapping[str, Value]) -> dict[str, Value]:
    """The results with Holm's p-values over all planned tests of contamination, and the words that follow.

    Args:
        parameters: of every planned check; a test without a result stays in the count.
        results: check id to its result.

    Source: Holm (1979); docs/detectors.md.
    """
    found = {name: one for name, one in results.items() if isinstance(one, Detection)}
    plain = {name: one.p_value for name, one in found.items() if one.p_value is not None}
    tests = planned_tests(parameters)
    corrected = printed_holm(plain, max(tests, len(plain)))
    return dict(results) | {
        name: one.model_copy(
            update={
                "tests": tests,
                "holm_p_value": corrected.get(name),
                "verdict": detection_verdict(corrected.get(name), one.alpha, one.power, one.least_power),
            }
        )
        for name, one in found.items()
    }
