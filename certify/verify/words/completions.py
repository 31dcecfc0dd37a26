"""Words of page one for published items held against newer ones."""

from __future__ import annotations

from collections.abc import Mapping

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.parameters.completions import FRESH
from certify.evidence.results.completions import ControlledResult, OptionRecallResult, PrefixCompletionResult
from certify.evidence.results.detection import Detection, DetectionVerdict
from certify.verify.words.detections import verdict_words
from certify.verify.words.printed import p_words, percent

_BY_HEART = (
    "Completed beginnings tell of problems known word for word, in the form in which they were put. A model that "
    "learnt them in other words or another form, or was trained further since, may complete none."
)
_CHOICES = (
    "A hidden wrong choice that is written tells of a question known with all its choices. A model that learnt the "
    "question and the right choice alone writes none."
)
_DATED = "That the newer items of {check} have been public only since {released} is the word of whoever names them."


def prefix_headline(name: str, result: PrefixCompletionResult) -> Headline:
    """How many published problems are completed, and how many newer ones."""
    published, newer = result.published, result.newer
    start = f"{result.share * 100:g} %"
    told = f"not asked: {published.items} published and {newer.items} {_newer(result)} are too few"
    if result.p_value is not None:
        how = "word for word" if result.counted.value == "exact" else "nearly word for word"
        told = (
            f"completes {result.hits(published)} of {published.items} published problems {how} from their first "
            f"{start}{_behind(result)}, and {result.hits(newer)} of {newer.items} {_newer(result)}"
        )
    return Headline(name=name, value=verdict_words(result), detail=f"{told}; {_tested(result)}")


def recall_headline(name: str, result: OptionRecallResult) -> Headline:
    """How many hidden wrong choices are written, of published questions and of newer ones."""
    published, newer = result.published, result.newer
    told = f"not asked: {published.items} published and {newer.items} {_newer(result)} are too few"
    if result.p_value is not None:
        told = (
            f"writes the hidden wrong choice of {published.recalled} of {published.items} published questions, and of "
            f"{newer.recalled} of {newer.items} {_newer(result)}"
        )
    return Headline(name=name, value=verdict_words(result), detail=f"{told}; {_tested(result)}")


def completion_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What completions could be mistaken to say, and whose word the control is."""
    found = [(name, one) for name, one in sorted(results.items()) if isinstance(one, ControlledResult)]
    kinds = ((PrefixCompletionResult, _BY_HEART), (OptionRecallResult, _CHOICES))
    told = [text for kind, text in kinds if any(isinstance(one, kind) for _, one in found)]
    dated = [(name, one.control_released) for name, one in found if one.control_released is not None]
    return (*told, *(_DATED.format(check=name, released=released) for name, released in dated))


def _behind(result: PrefixCompletionResult) -> str:
    """That the beginnings were put in an unusual form, in which a model may not know what it knows."""
    if result.before is None:
        return ""
    return " behind words of the plan’s own" if result.before.strip() else " with nothing before it"


def _newer(result: ControlledResult) -> str:
    return "new ones" if result.control == FRESH else f"released since {result.control_released}"


def _tested(result: Detection) -> str:
    """The test and what it could have noticed; an absence is never told without its power."""
    power = f"power {result.power:.2f} against {percent(result.power_against)} known by heart"
    if result.verdict is DetectionVerdict.NO_EVIDENCE:
        return f"no evidence of problems known by heart, at {power}; {_p_value(result)}"
    needed = f", {result.needed} on each side would do" if result.needed else ""
    if result.verdict is DetectionVerdict.INSUFFICIENT:
        told = f"{power}{needed}"
        return told if result.p_value is None else f"{_p_value(result)}; {told}"
    return _p_value(result)


def heart_words(result: Detection) -> str:
    """What these tests look for."""
    return f"{percent(result.power_against)} of the published problems known by heart"


def _p_value(result: Detection) -> str:
    said = p_words(result.holm_p_value)
    return said if result.tests == 1 else f"{said} by Holm’s rule as one of {result.tests} tests"
