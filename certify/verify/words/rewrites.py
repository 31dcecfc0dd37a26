"""Words of page one for published items and rewrites of them."""

from __future__ import annotations

from certify.counting import counted
from certify.evidence.certificate import Headline
from certify.evidence.results.detection import Detection, DetectionVerdict
from certify.evidence.results.rewrites import PairedRewriteResult
from certify.verify.words.detections import corrected_words, p_words, verdict_words
from certify.verify.words.printed import points


def rewrite_headline(name: str, result: PairedRewriteResult) -> Headline:
    """The word for the test, the gap or inflation behind it, and what could have been noticed."""
    return Headline(name=name, value=verdict_words(result), detail="; ".join(_parts(result)))


def _parts(result: PairedRewriteResult) -> list[str]:
    if result.gap is None or result.upper is None:
        return _unasked(result)
    asked = f"{result.items:,} items and {_rewrites(result)}, {_answers(result)} on either side"
    found = f"gap {points(result.gap)}, at most {points(result.upper)} with 95 % confidence"
    if result.reference is not None:
        found = f"inflation {points(result.reference.excess)} beside {result.reference.references} reference models"
    against = "" if result.reference else f" against the planned margin of {_plain_points(result.margin)}"
    return [found, f"{p_words(result.p_value)}{against}{corrected_words(result)}", *_noticed(result), asked]


def _noticed(result: PairedRewriteResult) -> list[str]:
    """What the test would have found."""
    told = [f"power {result.power:.2f} against {effect_words(result)}"]
    if result.detectable is not None and result.detectable < 1:
        told.append(f"smallest noticed with power {result.least_power:g}: {_plain_points(result.detectable)}")
    if result.verdict is DetectionVerdict.INSUFFICIENT and result.needed:
        told.append(f"{result.needed:,} items would do")
    return told


def _unasked(result: PairedRewriteResult) -> list[str]:
    needed = f", {result.needed:,} items would" if result.needed else ""
    few = f"{result.items:,} items with {_answers(result)} on either side cannot notice"
    return [f"nothing was asked: {few} {effect_words(result)} with power {result.least_power:g}{needed}"]


def effect_words(result: Detection) -> str:
    """What the test looks for: an inflation where there are references, otherwise a gap."""
    inflation = isinstance(result, PairedRewriteResult) and result.reference is not None
    return f"{'an inflation' if inflation else 'a gap'} of {_plain_points(result.power_against)}"


def _rewrites(result: PairedRewriteResult) -> str:
    return "a rewrite of each" if result.isomorphs == 1 else f"{result.isomorphs} rewrites of each"


def _answers(result: PairedRewriteResult) -> str:
    return counted(result.isomorphs * result.samples, "answer")


def _plain_points(share: float) -> str:
    return points(share).lstrip("+")
