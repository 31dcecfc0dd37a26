"""Checks that what is said of familiar texts is of the planned files and follows from the counts in it."""

from __future__ import annotations

from certify.evidence.base import Value
from certify.evidence.parameters import FamiliarityParameters
from certify.evidence.parameters.familiarity import Detector
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import DetectorScores, FamiliarityResult
from certify.statistics import MINIMUM_ITEMS, Curve, area_under, standing_out
from certify.verify.requiring import require


def check_familiarity(check: PlannedCheck, result: Value) -> None:
    """Returns if areas, p-values and the length of each list are those of the counts.

    Raises:
        HostileInput: CERT-E090, otherwise; CERT-E045, the planned parameters are malformed.
    """
    if not isinstance(result, FamiliarityResult):
        return
    asked = FamiliarityParameters.from_document(check.parameters, name=f"parameters of {check.id}")
    digests = tuple(asked.sha256.get(name) for name in asked.files)
    said = (result.benchmark_sha256, *((result.control_sha256,) if result.control_sha256 else ()))
    require(
        check, digests == said and asked.false_share == result.false_share, "is about other files than were planned"
    )
    named = tuple(one.detector for one in result.detectors)
    require(check, named == asked.detectors, "is about other detectors than were planned")
    ways = 2 if Detector.CONTEXT in named else 1
    sizes = (result.items, result.control_items)
    whole = max(sizes) <= asked.first and sum(sizes) * ways == check.items
    require(check, whole and (asked.control is None) == (result.control_items == 0), "does not count the planned texts")
    for one in result.detectors:
        _check_detector(check, one, result)


def _check_detector(check: PlannedCheck, one: DetectorScores, result: FamiliarityResult) -> None:
    bare = DetectorScores(detector=one.detector, not_run=one.not_run)
    if one.not_run is not None:
        require(check, one == bare, "has scores of a detector that did not run")
        return
    enough = MINIMUM_ITEMS <= one.scored <= result.items and one.median is not None
    require(
        check, enough and (one.falling is not None) == (one.detector is Detector.CONTEXT), "has no scores to speak of"
    )
    areas = (one.area, one.area_lower, one.area_upper)
    compared = (one.counts, one.control_counts, one.control_median, *areas, one.smallest_p_value, one.listed)
    if not result.control_items:
        require(check, set(compared) == {None} and one.control_scored == 0, "compares with a control that it has not")
        return
    require(check, None not in compared, "tells half of a comparison")
    _check_curve(check, one, result)


def _check_curve(check: PlannedCheck, one: DetectorScores, result: FamiliarityResult) -> None:
    curve, listed = Curve(one.counts or (), one.control_counts or ()), one.listed or ()
    same = len(curve.items) == len(curve.controls) and min((*curve.items, *curve.controls), default=-1) >= 0
    whole = (sum(curve.items), sum(curve.controls)) == (one.scored, one.control_scored)
    known = MINIMUM_ITEMS <= one.control_scored <= result.control_items
    require(check, same and whole and known, "does not count its scores")
    require(
        check,
        (one.area, one.area_lower, one.area_upper) == tuple(area_under(curve)),
        "has another area than its counts give",
    )
    found = (one.smallest_p_value, len(listed))
    places = list(listed) == sorted(set(listed)) and all(1 <= place <= result.items for place in listed)
    require(
        check, found == standing_out(curve, result.false_share) and places, "lists other items than its counts give"
    )
