"""Results of problems answered on their own: published, fresh, in pairs, an operator's."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.looks import LookTaken
from certify.evidence.results.estimates import Estimate, Outcomes
from certify.evidence.tasks import AskedTask


class ScalingPoint(Value):
    """Several answers to each item taken together: test-time scaling, a system's number and never the model's own."""

    answers: int = Field(ge=1)
    """Answers taken together, k."""
    any_right: Estimate
    """pass@k: at least one of them is right, which somebody else would have to tell."""
    all_right: Estimate
    """All of them are right: reliability."""
    majority: Estimate
    """majority@k: the commonest of them is right, ties broken by lot."""


class StaticBenchmarkResult(Value):
    """Check ``static-benchmark``: published items, answered."""

    benchmark: str
    """Id of the benchmark."""
    benchmark_sha256: Sha256
    """Digest of the file the items were read from."""
    accuracy: Estimate
    """Share of right answers."""
    outcomes: Outcomes
    """How the answers ended."""
    looks: tuple[LookTaken, ...] | None = None
    """The looks taken, in order; absent where the plan has none."""
    scaling: tuple[ScalingPoint, ...] | None = None
    """Test-time scaling, where the plan asked for it."""
    task: AskedTask | None = None
    """The task of lm-eval that worded the items and scored the answers; absent for a benchmark."""
    floor: Fraction | None = None
    """Share that guessing gives where items are multiple choice, from the file alone; absent where none is."""
    floor_responder: str | None = Field(default=None, max_length=20)
    """How that is guessed: ``at-random``, or ``always-C`` where one letter is right more often than that."""


class FamilyResult(Value):
    """One family of fresh problems."""

    family: str
    """Its id."""
    version: int
    """Version of its generator."""
    released: str
    """Date the family was published: its problems are new, their kind is not."""
    right: int
    """Right answers."""
    answers: int
    """All answers."""
    items: int
    """Problems."""
    share: Fraction
    """Plain share of right answers."""
    floor: Fraction
    """Share that the best of a bank of answerers without reasoning reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class FreshReasoningResult(Value):
    """Check ``fresh-reasoning``: problems drawn after the plan was logged."""

    accuracy: Estimate
    """Average over families."""
    families: tuple[FamilyResult, ...]
    """Each family."""
    lowest_family: Fraction
    """Share of the weakest family."""
    outcomes: Outcomes
    """How the answers ended."""
    level: int
    """Difficulty level of the problems."""
    looks: tuple[LookTaken, ...] | None = None
    """The looks taken, in order; absent where the plan has none."""
    public: Estimate | None = None
    """Average over public families of reasoning-gym, where the plan asked for them; no part of ``accuracy``."""
    public_families: tuple[FamilyResult, ...] | None = None
    """Each public family; ``released`` is the day of the library's version, the kind may be older."""


class StaticFreshGapResult(Value):
    """Check ``static-fresh-gap``: published items against fresh twins of the same form."""

    static: Estimate
    """On the published items."""
    fresh: Estimate
    """On their fresh twins."""
    gap: float = Field(ge=-1, le=1)
    """Mean of static minus fresh, item by item."""
    p_value: Fraction
    """Exact one-sided sign-flip test of no gap."""
    upper: float = Field(ge=-1, le=2)
    """95 % upper bound of the gap."""
    detectable: Fraction
    """Smallest gap that this many items would find with power 0.8."""
    power: Fraction
    """Power against the gap named in the plan."""
    power_against: Fraction
    """The gap named in the plan."""
    items: int
    """Pairs."""
    outcomes: Outcomes
    """How the answers to the fresh twins ended."""
    margin: Fraction | None = None
    """Gap that the plan allowed for twins that are a little harder by themselves."""
    margin_p_value: Fraction | None = None
    """Exact one-sided sign-flip test of a gap of at most the margin."""
    isomorphs: int | None = Field(default=None, ge=1)
    """Twins of each item, where the plan said how many."""
    left_out: int | None = Field(default=None, ge=0)
    """Published items without a twin that is certain to be of the same form."""
    tests: int | None = Field(default=None, ge=2)
    """Gaps that the plan tests, this one among them; absent where it is the only one."""
    holm_p_value: Fraction | None = None
    """``pValue`` by Holm's rule over these tests, those without a result counted; absent where there is one test."""
    holm_margin_p_value: Fraction | None = None
    """``marginPValue`` likewise, over the tests that have a margin."""


class PrivateSetResult(Value):
    """Check ``private-set``: an operator's own problems, of which nothing is published but their number and score."""

    name: str
    """The operator's name for the set."""
    sha256: Sha256
    """Digest of its file."""
    languages: tuple[str, ...] = Field(min_length=1)
    """Languages of the problems, BCP 47 tags."""
    accuracy: Estimate
    """Share of right answers."""
    outcomes: Outcomes
    """How the answers ended."""
    floor: Fraction | None = None
    """Share that guessing gives where items are multiple choice, from the file alone; absent where none is."""
    floor_responder: str | None = Field(default=None, max_length=20)
    """How that is guessed: ``at-random``, or ``always-C`` where one letter is right more often than that."""
