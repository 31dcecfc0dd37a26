"""Words of page one for published items and rewrites of them."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results.detection import Detection, DetectionVerdict
from certify.evidence.results.rewrites import PairedRewriteResult, ReferenceComparison, RewriteSource
from certify.verify.words.detections import corrected_words, verdict_words
from certify.verify.words.printed import p_words, points

_MARGIN = (
    "In paired-rewrite a gap may also come from rewrites that are harder by themselves; the planned margin stands for "
    "that, and nobody measured it. "
)
_FILE = (
    "That rewrites from a file are as hard as their items is the word of whoever made it: easier ones hide a gap in "
    "paired-rewrite. "
)
_REFERENCES = (
    "That the reference models of paired-rewrite never saw the published items, and answered as their file says, is "
    "the word of whoever made it: gaps of theirs hide one. "
)
_ABSENCE = "A model that was taught the rewrites, or how to solve the whole kind, shows no gap in paired-rewrite."


def rewrite_headline(name: str, result: PairedRewriteResult) -> Headline:
    """The word for the test, the gap or inflation behind it, and what could have been noticed."""
    return Headline(name=name, value=verdict_words(result), detail="; ".join(_parts(result)))


def rewrite_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What neither a gap nor its absence shows; once, however many such tests there are."""
    found = [one for one in results.values() if isinstance(one, PairedRewriteResult)]
    if not found:
        return ()
    told = _MARGIN * any(one.reference is None for one in found)
    told += _REFERENCES * any(one.reference is not None for one in found)
    told += _FILE * any(one.rewrites is RewriteSource.FILE for one in found)
    return (told + _ABSENCE,)


def _parts(result: PairedRewriteResult) -> list[str]:
    if result.gap is None or result.upper is None:
        return _unasked(result)
    asked = f"{result.items:,} items and {_rewrites(result)}, {_answers(result)} on either side"
    found = f"gap {points(result.gap)}, at most {points(result.upper)} with 95 % confidence"
    if result.reference is not None:
        found = _beside(result.reference, result.gap)
    against = "" if result.reference else f" against the planned margin of {_plain_points(result.margin)}"
    return [found, f"{p_words(result.p_value)}{against}{corrected_words(result)}", *_noticed(result), asked]


def _beside(reference: ReferenceComparison, gap: float) -> str:
    """The inflation, what it is made of, and how much hangs on the reference that looks most as if it was taught."""
    return (
        f"inflation {points(reference.excess)} beside {reference.references} reference models: its own difference "
        f"{points(gap)}, the largest of theirs {points(reference.largest_gap)}, without which "
        f"{p_words(reference.p_without_largest)}"
    )


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
