"""Words that all tests of contamination share, and the one line over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.instances import kind_of, label_of
from certify.evidence.results.detection import Detection, DetectionVerdict
from certify.verify.words.printed import p_words

ASKED = "Contamination, asked of the model"
"""Name of the line over all tests."""

_VERDICTS = {
    DetectionVerdict.DETECTED: "detected",
    DetectionVerdict.NO_EVIDENCE: "no evidence",
    DetectionVerdict.INSUFFICIENT: "insufficient",
}

Effect = Callable[[Detection], str]


def combined_headline(results: Mapping[str, Value], effect: Effect) -> Headline | None:
    """The line over all tests of contamination that gave a result; None where none did.

    The strongest p-value by Holm's rule decides. Scores are never averaged: tests of one model depend on each other.

    Args:
        results: check id to its typed result.
        effect: what a test looks for, in words.
    """
    found = {name: one for name, one in sorted(results.items()) if isinstance(one, Detection)}
    if not found:
        return None
    return Headline(name=ASKED, value=_value(list(found.values())), detail="; ".join(_told(found, effect)))


def verdict_words(result: Detection) -> str:
    """The word for a test."""
    return _VERDICTS[result.verdict]


def corrected_words(result: Detection) -> str:
    """What the p-value is worth where the plan holds several tests; empty where it holds one."""
    if result.tests == 1 or result.holm_p_value is None:
        return ""
    return f", {p_words(result.holm_p_value)} by Holm’s rule as one of {result.tests} tests of contamination"


def _value(found: Sequence[Detection]) -> str:
    """One detection decides; an absence is claimed of so many tests as can claim it."""
    tests, words = max(one.tests for one in found), Counter(one.verdict for one in found)
    if words[DetectionVerdict.DETECTED]:
        return _VERDICTS[DetectionVerdict.DETECTED]
    absent = words[DetectionVerdict.NO_EVIDENCE]
    if not absent:
        return _VERDICTS[DetectionVerdict.INSUFFICIENT]
    told = _VERDICTS[DetectionVerdict.NO_EVIDENCE]
    return told if absent == tests else f"{told} in {absent} of {tests}"


def _told(found: Mapping[str, Detection], effect: Effect) -> list[str]:
    tests = max(one.tests for one in found.values())
    parts = [_counted(word, [name for name, one in found.items() if one.verdict is word], tests) for word in _VERDICTS]
    told = [", ".join(part for part in parts if part) + _without_result(found, tests)]
    asked = {name: one for name, one in found.items() if one.p_value is not None}
    if asked:
        strongest = min(asked, key=lambda name: (asked[name].holm_p_value or 0.0, asked[name].p_value or 0.0))
        corrected = f", corrected for {counted(tests, 'test')}" if tests > 1 else ""
        told.append(f"strongest {p_words(asked[strongest].holm_p_value)} ({_named(strongest)}){corrected}")
        told.append(f"detected is what has p at most {asked[strongest].alpha:g}")
        claiming = {name: one for name, one in asked.items() if one.verdict is DetectionVerdict.NO_EVIDENCE}
        least = min(claiming or asked, key=lambda name: asked[name].power)
        told.append(f"{_named(least)} would notice {effect(asked[least])} with chance {asked[least].power:.2f}")
    return told


def _counted(word: DetectionVerdict, names: list[str], tests: int) -> str:
    if not names:
        return ""
    which = f" ({', '.join(map(_named, names))})" if word is DetectionVerdict.DETECTED else ""
    of = "" if len(names) == tests else f"{len(names)} of "
    return f"{_VERDICTS[word]} in {of}{counted(tests, 'test')}{which}"


def _without_result(found: Mapping[str, Detection], tests: int) -> str:
    missing = tests - len(found)
    return f", {missing} not run" if missing > 0 else ""


def _named(check: str) -> str:
    name = kind_of(check).replace("-", " ")
    return f"{name}, {label}" if (label := label_of(check)) else name
