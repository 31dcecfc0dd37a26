"""Words of page one for how familiar published texts look: advice."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.parameters.familiarity import Detector
from certify.evidence.results import DetectorScores, FamiliarityResult
from certify.verify.words.printed import percent, plain

_NAMES = {
    Detector.MIN_K: "unlikeliest words (Min-K%)",
    Detector.MIN_K_PLUS: "unlikeliest words, standardised (Min-K%++)",
    Detector.ZLIB: "likelihood against packed size (zlib)",
    Detector.CONTEXT: "likelihood after neighbours (CoDeC)",
    Detector.SELF_CRITIQUE: "likeness of a second answer (self-critique)",
}
_WORD = (
    "How familiar texts look to the model is advice and no test: such scores are near chance on many reasoning models, "
    "and differ with topic and wording."
)
_EXCHANGEABLE = "That the control of familiarity is a random part of the same making is the operator’s word."


def familiarity_headline(name: str, result: FamiliarityResult) -> Headline:
    """What each detector says, beside its control where there is one."""
    against = f" against {counted(result.control_items, 'control item')}" if result.control_items else "; no control"
    told = "; ".join(_told(one) for one in result.detectors)
    detail = f"no test: {counted(result.items, 'item')} of {result.benchmark}{against}; {told}"
    return Headline(name=name, value="advice", detail=detail)


def familiarity_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What such scores cannot tell."""
    found = [result for result in results.values() if isinstance(result, FamiliarityResult)]
    told = [_WORD] if found else []
    return tuple(told + [_EXCHANGEABLE] * any(one.control_items for one in found))


def _told(one: DetectorScores) -> str:
    name = _NAMES[one.detector]
    if one.not_run is not None:
        return f"{name}: not run, {one.not_run}"
    falling = f", falling for {percent(one.falling)} of the items" if one.falling is not None else ""
    if one.area is None or one.smallest_p_value is None:
        return f"{name}: median {_score(one.median)}{falling}, no p-value without a control"
    return (
        f"{name}: above a control item {percent(one.area)} of the time ({percent(one.area_lower or 0)} to "
        f"{percent(one.area_upper or 0)}){falling}, {counted(len(one.listed or ()), 'item')} listed, smallest p "
        f"{plain(one.smallest_p_value)}"
    )


def _score(value: float | None) -> str:
    return f"{value or 0:.4f}".replace("-", "−")
