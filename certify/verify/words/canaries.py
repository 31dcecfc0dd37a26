"""Words of page one for items that an operator planted."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results.canaries import CanaryKind, CanaryResult
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.words.printed import percent, plain

_KINDS = {
    CanaryKind.CANARY: "secret endings of planted sentences",
    CanaryKind.DYE: "secret answers to planted questions",
}
_WORD = (
    "Planted items tell only of data that they were planted in: that they were, before training and nowhere else, and "
    "that nobody else had the file with their answers, is the operator’s word."
)


def canary_headline(name: str, result: CanaryResult) -> Headline:
    """How many were recalled, and what follows from it."""
    value = f"{result.hits} of {result.trials}" if result.trials else "not asked"
    detail = (
        f"{_verdict(result)}; {_KINDS[result.kind]}, {percent(result.guess)} of which are guessed; set {result.name}"
    )
    return Headline(name=name, value=value, detail=detail)


def canary_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What planted items cannot tell."""
    return (_WORD,) if any(isinstance(result, CanaryResult) for result in results.values()) else ()


def _verdict(result: CanaryResult) -> str:
    against = f"power {result.power:.2f} against {percent(result.power_against)} of them recalled"
    if result.verdict is DetectionVerdict.DETECTED:
        return f"detected: trained on planted items, {_chance(result)}"
    if result.verdict is DetectionVerdict.NO_EVIDENCE:
        return f"no evidence of training on planted items, at {against}; {_chance(result)}"
    enough = (
        "no number would be enough" if result.needed is None else f"{counted(result.needed, 'item')} would be enough"
    )
    return (
        f"insufficient: {against}; {enough}"
        if result.power < result.least_power
        else f"insufficient; {_chance(result)}"
    )


def _chance(result: CanaryResult) -> str:
    """The p-value that decides, and over how many tests it is corrected."""
    p_value = result.holm_p_value if result.holm_p_value is not None else 1.0
    shown = "p below 0.0001" if p_value < 0.0001 else f"p = {plain(p_value)}"
    return f"{shown} by Holm’s rule as one of {result.tests} tests" if result.tests > 1 else shown
