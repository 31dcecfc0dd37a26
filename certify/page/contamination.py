"""What can be said of contamination, in a word and with the power behind it: never that a model is free of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.instances import kind_of
from certify.evidence.results import CorpusScanResult
from certify.evidence.results.detection import Detection, DetectionVerdict
from certify.page.wording import Mark
from certify.verify.words.printed import percent

DETECTED = Mark("✗", "Evidence of contamination", "bad")
NO_EVIDENCE = Mark("✓", "No evidence of contamination", "good")
CANNOT_TELL = Mark("≈", "Too little to tell", "open")
NOT_TESTED = Mark("–", "Not tested", "open")


class Contamination(NamedTuple):
    """The verdict of all tests of contamination together, and what each way of looking would have noticed."""

    mark: Mark
    """The verdict."""
    lines: tuple[str, ...]
    """What was looked at, what was found and with which power; a sentence each."""


def contamination_of(results: Mapping[str, Value]) -> Contamination:
    """The verdict over the search of the training data and the tests of the model's answers.

    One finding decides; an absence is claimed only where something would have been noticed. A gap between published
    and fresh problems is no such test and stands beside it.

    Source: docs/detectors.md, the three words of a test.
    """
    scans = {name: one for name, one in results.items() if isinstance(one, CorpusScanResult)}
    tests = {name: one for name, one in results.items() if isinstance(one, Detection)}
    lines = [*map(_scanned, scans.values()), *([_tested(tests)] if tests else [])]
    return Contamination(
        _mark(scans, tests), tuple(lines) or ("Neither was the data searched nor the model tested for it.",)
    )


def _mark(scans: Mapping[str, CorpusScanResult], tests: Mapping[str, Detection]) -> Mark:
    verdicts = [one.verdict for one in tests.values()]
    if any(one.contaminated for one in scans.values()) or DetectionVerdict.DETECTED in verdicts:
        return DETECTED
    searched = any(one.items and one.verbatim_recall_lower for one in scans.values())
    if searched or DetectionVerdict.NO_EVIDENCE in verdicts:
        return NO_EVIDENCE
    return CANNOT_TELL if scans or tests else NOT_TESTED


def _scanned(scan: CorpusScanResult) -> str:
    found = f"In the data: {scan.contaminated:,} of {scan.items:,} published items found"
    if not scan.verbatim_recall_lower:
        return f"{found}; how many copies such a search finds was not tried."
    return f"{found}; of planted copies at least {percent(scan.verbatim_recall_lower)} are found."


def _tested(tests: Mapping[str, Detection]) -> str:
    """What the tests of the model's answers say, with the power of the least sensitive that claims an absence."""
    names = {one: [name for name in tests if tests[name].verdict is one] for one in DetectionVerdict}
    if found := names[DetectionVerdict.DETECTED]:
        return f"In its answers: detected by {', '.join(_named(name) for name in found)}."
    absent = names[DetectionVerdict.NO_EVIDENCE]
    planned = max(one.tests for one in tests.values())
    if not absent:
        return f"In its answers: {counted(planned, 'test')}, none with enough power to tell."
    least = min(tests[name].power for name in absent)
    chance = "above 0.99" if least >= 0.995 else f"{least:.2f}"
    return (
        f"In its answers: no evidence in {len(absent)} of {counted(planned, 'test')}; each of them would notice what "
        f"it looks for with chance {'' if least >= 0.995 else 'at least '}{chance}."
    )


def _named(check: str) -> str:
    return kind_of(check).replace("-", " ")
