"""What ``capability-profile`` found: what a model does by itself and what it has to be given, for programs to read."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.results.estimates import Drop, Estimate, Outcomes

HIGH, LOW = 0.7, 0.5
"""Bounds behind the derived words: from the first a capability counts as there, below the second as not there."""


class HopsShare(Value):
    """The share of one number of hops."""

    hops: int = Field(ge=1)
    """Facts that an answer puts together."""
    items: int = Field(ge=1)
    """Independent items."""
    estimate: Fraction
    """Plain mean."""
    lower: Fraction | None = None
    """Lower bound by rule ACC; absent below ten items."""
    upper: Fraction | None = None
    """Upper bound; likewise."""


class Capability(Estimate):
    """A share with its bounds, over all numbers of hops and for each."""

    by_hops: tuple[HopsShare, ...] = Field(min_length=1)
    """Each number of hops, fewest first."""


class ProfileScope(Value):
    """What was measured, each with bounds; what is absent was not measured."""

    reading: Capability | None = None
    """Share right where one fact of the prompt is the answer."""
    reasoning_given: Capability
    """Share right where several facts of the prompt have to be put together."""
    knowledge: Capability | None = None
    """Share right where one published fact has to be recalled."""
    reasoning_recalled: Capability | None = None
    """Share right where several published facts have to be recalled and put together."""
    confabulation: Capability
    """Share that names something where nobody can know the answer."""
    abstained_on_answerable: Capability
    """Share that says "unknown" though the answer follows from facts of the prompt."""
    abstained_on_recalled: Capability | None = None
    """Share that says "unknown" where a published fact has to be recalled: honest, though not right."""


class ProfileCell(Value):
    """Items of one kind with one number of hops."""

    facts: str
    """given, recalled, bare (invented, no facts told) or among (invented, facts about others told)."""
    hops: int = Field(ge=1)
    """Facts that an answer puts together."""
    items: int
    """Items."""
    answers: int
    """All answers."""
    right: int
    """Right ones; in bare and among, those that say "unknown"."""
    abstained: int
    """Those that say "unknown"."""
    wrong: int
    """Those that say something else that is not right; the rest could not be read."""
    share: Fraction
    """Plain share of right answers."""
    floor: Fraction | None = None
    """Share that the best of a bank of answerers who do not put facts together reaches; absent in bare and among."""
    floor_responder: str | None = None
    """Which of them."""


class CapabilityProfileResult(Value):
    """Check ``capability-profile``: facts given against recalled, one against several, and what nobody can know."""

    scope: ProfileScope
    """What was measured, for programs that choose a model."""
    words: tuple[str, ...]
    """What follows from it by fixed rules, see :func:`profile_words`; a word that is absent is not denied."""
    not_measured: tuple[str, ...]
    """Members of the scope that are absent."""
    told_apart: Drop
    """Share that says "unknown" where nobody can know minus the share on the same questions with their facts."""
    cells: tuple[ProfileCell, ...] = Field(min_length=1)
    """Each kind of item with each number of hops."""
    stopped_early: Fraction
    """Where several given facts are needed, share of answers that name somebody on the way."""
    outermost_alone: Fraction
    """Share that follows the last step alone, from where the question begins."""
    people: int
    """People in an invented world."""
    version: int
    """Version of the generator."""
    released: str
    """Date the generator was published: the facts are new, their kind is not."""
    benchmark: str | None = None
    """Id of the file whose facts were to be recalled; absent where none was named."""
    benchmark_sha256: Sha256 | None = None
    """Digest of that file."""
    outcomes: Outcomes
    """How the answers ended."""


def unmeasured(scope: ProfileScope) -> tuple[str, ...]:
    """Members of a scope that are absent, as they are called on the wire."""
    present = scope.document()
    return tuple(
        name for name in (field.alias for field in ProfileScope.model_fields.values()) if name and name not in present
    )


def profile_words(scope: ProfileScope, told_apart: Drop, outcomes: Outcomes) -> tuple[str, ...]:
    """What follows from bounds alone, in a fixed order.

    Where more than a fifth of the answers were cut off or could not be read, nothing is said to be lacking: too many
    answers are missing to tell a model that cannot from one that was not heard.

    ======================  ========================================================================
    word                    rule
    ======================  ========================================================================
    reasonsOverGivenFacts   lower bound of ``reasoningGiven`` at least .7
    needsRetrieval          that, and upper bound of ``knowledge`` below .5
    needsLargerModel        upper bound of ``reasoningGiven`` below .5
    standsAlone             lower bounds of ``knowledge`` and ``reasoningRecalled`` at least .7
    abstains                lower bound of ``toldApart`` at least .7
    confabulates            lower bound of ``confabulation`` at least .5
    ======================  ========================================================================

    Source: docs/checks/capability-profile.md, derived words.
    """
    known, recalled = scope.knowledge, scope.reasoning_recalled
    reasons = scope.reasoning_given.lower >= HIGH
    heard = 5 * (outcomes.answers - outcomes.correct - outcomes.wrong) <= outcomes.answers
    rules = {
        "reasonsOverGivenFacts": reasons,
        "needsRetrieval": heard and reasons and known is not None and known.upper < LOW,
        "needsLargerModel": heard and scope.reasoning_given.upper < LOW,
        "standsAlone": known is not None and recalled is not None and min(known.lower, recalled.lower) >= HIGH,
        "abstains": told_apart.lower >= HIGH,
        "confabulates": scope.confabulation.lower >= LOW,
    }
    return tuple(word for word, holds in rules.items() if holds)
