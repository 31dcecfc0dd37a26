"""Words of page one for the capability profile: what holds alone, and what has to be given."""

from __future__ import annotations

from collections.abc import Mapping

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results.estimates import Estimate
from certify.evidence.results.profile import CapabilityProfileResult
from certify.verify.words.printed import bounded, interval_words, percent, repeats

_SAID = {
    "needsRetrieval": "facts have to be given to it",
    "needsLargerModel": "facts given do not suffice, a larger model is needed",
    "standsAlone": "recalls facts and puts them together",
    "abstains": "says “unknown” where nobody can know",
    "confabulates": "names something more often than not where nobody can know",
}
"""Words of the result that page one spells out; that it reasons over given facts is the number itself."""

_KINDS = (
    "In capability-profile the invented facts are new, their kind is public: people and their roles, in English. "
    "“Unknown” is offered in so many words, and an answer counts only if it is the right one or a listed name of it."
)
_NOT_ASKED = "Knowledge was not measured: the plan names no file of facts to recall, so nothing is said of retrieval."
_ONE_FILE = (
    "What is said of knowledge holds for the facts of the file {file} alone; how much of it was in the training data "
    "is a question of its own."
)


def profile_headline(name: str, result: CapabilityProfileResult) -> Headline:
    """Several given facts put together, beside one given fact, facts recalled, and what nobody can know."""
    scope = result.scope
    share, hops = scope.reasoning_given, [one.hops for one in scope.reasoning_given.by_hops]
    span = f"{hops[0]}" if len(hops) == 1 else f"{hops[0]} to {hops[-1]}"
    told = [f"{interval_words(share)}; {share.items} items{repeats(share)} of {span} facts given in the prompt"]
    told += [f"one given fact {bounded(scope.reading)}"] if scope.reading else []
    told += [_recalled("one recalled", scope.knowledge), _recalled("several recalled", scope.reasoning_recalled)]
    told += [f"confabulates on {bounded(scope.confabulation)} of what nobody can know"]
    told += [f"abstains on {bounded(scope.abstained_on_answerable)} of what it was told"]
    told += [_SAID[word] for word in result.words if word in _SAID]
    return Headline(name=name, value=percent(share.estimate), detail="; ".join(told))


def profile_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What a profile could be mistaken to say."""
    result = results.get("capability-profile")
    if not isinstance(result, CapabilityProfileResult):
        return ()
    return (_KINDS, _NOT_ASKED if result.benchmark is None else _ONE_FILE.format(file=result.benchmark))


def _recalled(what: str, share: Estimate | None) -> str:
    return f"{what} not measured" if share is None else f"{what} {bounded(share)}"
