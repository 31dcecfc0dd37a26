"""Checks that tests of contamination are corrected for their number, and that their words follow from their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from certify.evidence.base import Value
from certify.evidence.instances import entry_for
from certify.evidence.plan import Plan, PlannedCheck
from certify.evidence.results import RESULT_TYPES
from certify.evidence.results.detection import Detection, detection_verdict
from certify.statistics import printed_holm
from certify.verify.requiring import require


def check_detections(plan: Plan, results: Mapping[str, Value]) -> None:
    """Returns if every test's corrected p-value and verdict follow from the p-values and powers beside them.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    planned = _planned(plan)
    found = {check.id: one for check in planned if isinstance(one := results.get(check.id), Detection)}
    plain = {name: one.p_value for name, one in found.items() if one.p_value is not None}
    corrected = printed_holm(plain, max(len(planned), len(plain)))
    for check in planned:
        if (one := found.get(check.id)) is None:
            continue
        asked = tuple(check.parameters.get(name) for name in ("alpha", "powerAgainst", "leastPower"))
        require(check, asked == (one.alpha, one.power_against, one.least_power), "is held against other levels")
        due = (len(planned), corrected.get(check.id))
        require(check, (one.tests, one.holm_p_value) == due, "is not corrected for the number of planned tests")
        word = detection_verdict(one.holm_p_value, one.alpha, one.power, one.least_power)
        require(check, one.verdict is word, "says another word than its numbers give")


def planned_tests(plan: Plan) -> int:
    """How many tests of contamination a plan holds; at least 1."""
    return max(1, len(_planned(plan)))


def _planned(plan: Plan) -> list[PlannedCheck]:
    return [check for check in plan.checks if issubclass(entry_for(check.id, RESULT_TYPES) or Value, Detection)]
