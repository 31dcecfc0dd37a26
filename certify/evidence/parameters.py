"""The parameters a policy gives to each check; they enter the plan with every default filled in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from certify.evidence.base import Fraction, Sha256, StrictValue
from certify.evidence.decoding import DecodedParameters
from certify.evidence.profile_parameters import CapabilityProfileParameters

LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Draws = Annotated[int, Field(ge=1, le=64)]
PublicFamilies = Annotated[int, Field(ge=1, le=50)] | Annotated[tuple[str, ...], Field(min_length=1)]

P = TypeVar("P", bound=StrictValue)


def _require_threshold(parameters: P, looks: int | None, threshold: float | None) -> P:
    if (looks is None) != (threshold is None):
        raise ValueError("looks and threshold go together: a look stops where a bound crosses the threshold")
    return parameters


class AnswerKind(StrEnum):
    """How an answer is compared with the right one."""

    INTEGER = "integer"
    MATH = "math"
    TEXT = "text"


class TwinSource(StrEnum):
    """What twins of published problems are made from, other than the facts of our own families."""

    ANNOTATIONS = "annotations"


class StaticBenchmarkParameters(DecodedParameters):
    """Check ``static-benchmark``."""

    benchmark: str
    """Id in policies/benchmarks, or the path of a JSONL or Parquet file."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    items: int | None = Field(default=None, ge=10)
    """Use only the first so many items; all when absent."""
    samples: int = Field(default=1, ge=1, le=64)
    """Answers to each item."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""
    looks: int | None = Field(default=None, ge=2, le=10)
    """Looks at which the run may stop early, after equal shares of the items; all are asked at once when absent."""
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Accuracy that a rule of the policy asks and the looks are held against; needed with looks."""

    answers: AnswerKind | None = None
    """How answers are compared; follows from the benchmark when absent."""
    scaling: tuple[Draws, ...] | None = Field(default=None, min_length=1, max_length=12)
    """Numbers of answers for which pass@k and majority@k are given beside the accuracy; none when absent."""

    @model_validator(mode="after")
    def _looks_serve_a_threshold(self) -> Self:
        return _require_threshold(self, self.looks, self.threshold)

    @model_validator(mode="after")
    def _drawn_from_samples(self) -> StaticBenchmarkParameters:
        if self.scaling and max(self.scaling) > self.samples:
            raise ValueError(f"scaling asks for {max(self.scaling)} of {self.samples} answers")
        return self


class FreshReasoningParameters(StrictValue):
    """Check ``fresh-reasoning``."""

    families: tuple[str, ...] = Field(min_length=1)
    """Ids of problem families."""
    items: int = Field(default=120, ge=10, le=20000)
    """Problems over all families, shared out evenly."""
    level: int = Field(default=1, ge=1, le=9)
    """Difficulty."""
    samples: int = Field(default=1, ge=1, le=64)
    """Answers to each problem."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""
    looks: int | None = Field(default=None, ge=2, le=10)
    """Looks at which the run may stop early, after equal shares of the items; all are asked at once when absent."""
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Accuracy that a rule of the policy asks and the looks are held against; needed with looks."""
    public_families: PublicFamilies | None = None
    """Families of the library reasoning-gym asked besides: how many of the audited ones are drawn by the seed, or
    their ids; none when absent."""
    public_items: int | None = Field(default=None, ge=5, le=20000)
    """Problems over the public families, shared out evenly; as many as ``items`` when absent."""

    @model_validator(mode="before")
    @classmethod
    def _as_many(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not {"public_families", "publicFamilies"} & given.keys():
            return given
        asked = {"public_items", "publicItems"} & given.keys()
        return given if asked else given | {"public_items": given.get("items", 120)}

    @model_validator(mode="after")
    def _looks_serve_a_threshold(self) -> Self:
        return _require_threshold(self, self.looks, self.threshold)

    @model_validator(mode="after")
    def _public_apart(self) -> Self:
        if self.public_families is None and self.public_items is not None:
            raise ValueError("public_items belongs to public_families")
        if self.public_families is not None and self.looks is not None:
            raise ValueError(
                "looks and public_families exclude each other: a look would stop for the own families alone, and the"
                " second number would be of fewer problems than planned; leave looks and threshold out"
            )
        return self

    @property
    def public_count(self) -> int:
        """How many public families are asked."""
        asked = self.public_families or 0
        return asked if isinstance(asked, int) else len(asked)


class StaticFreshGapParameters(StrictValue):
    """Check ``static-fresh-gap``; the static side comes from ``static-benchmark`` of the same plan."""

    benchmark: str
    """Same benchmark as in ``static-benchmark``."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    power_against: Fraction = 0.1
    """The inflation whose detection power is printed."""
    twins: TwinSource | None = None
    """Make twins from calculations annotated in the solutions; from our own families' facts when absent."""
    margin: Fraction | None = None
    """Gap that twins a little harder may make by themselves; 0.02 with annotations, none otherwise."""
    isomorphs: int | None = Field(default=None, ge=1, le=8)
    """Twins of each item; 2 with annotations, 1 otherwise."""
    samples: int = Field(default=1, ge=1, le=64)
    """Answers to each fresh twin."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""

    @model_validator(mode="before")
    @classmethod
    def _asked_whole(cls, given: Any) -> Any:
        if isinstance(given, dict) and {"looks", "threshold"} & given.keys():
            raise ValueError(
                "static-fresh-gap has no looks: its paired test is over all pairs, and no error level is known for"
                " stopping it early; leave looks and threshold out, or give them to fresh-reasoning"
            )
        return given

    @model_validator(mode="before")
    @classmethod
    def _annotated(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("twins") is None:
            return given
        return {"margin": 0.02, "isomorphs": 2} | given

    @model_validator(mode="after")
    def _only_annotated(self) -> StaticFreshGapParameters:
        if self.twins is None and (self.margin is not None or self.isomorphs is not None):
            raise ValueError("margin and isomorphs belong to twins: annotations")
        return self


class CorpusScanParameters(StrictValue):
    """Check ``corpus-scan``."""

    benchmarks: tuple[str, ...] = Field(min_length=1)
    """Benchmarks looked for in the training data."""
    sha256: dict[str, Sha256] = Field(default_factory=dict)
    """SHA-256 of each benchmark's file; the plan fills it in, a policy may demand it."""
    spikes: int = Field(default=300, ge=0, le=5000)
    """Copies planted per kind to measure recall."""


class MultiTurnParameters(StrictValue):
    """Check ``multi-turn``."""

    levels: tuple[int, ...] = Field(default=(2, 3, 4, 5), min_length=1)
    """Difficulties, each once: 2, 2, 4, 6 and 8 revisions of 2, 3, 3, 4 and 5 lines at levels 1 to 5."""
    items: int = Field(default=80, ge=10, le=5000)
    """Items over all levels, shared out evenly; each is asked in three ways."""
    samples: int = Field(default=4, ge=1, le=64)
    """Answers to each item, in each way."""
    acknowledge: bool = False
    """Ask for a word of acknowledgement between the turns, rather than for the total each time."""
    max_tokens: int = Field(default=4096, ge=16, le=131072)
    """Longest answer to a turn, reasoning included, tokens."""


class UnseenToolsParameters(StrictValue):
    """Check ``unseen-tools``."""

    modes: tuple[Literal["act", "plan"], ...] = Field(default=("act", "plan"), min_length=1)
    """How each item is asked: act, with results coming back; plan, all calls at once."""
    levels: tuple[int, ...] = Field(default=(3, 4, 5, 6), min_length=1)
    """Difficulties, each once: 1, 1, 2, 3, 4 and 6 tools are needed at levels 1 to 6."""
    items: int = Field(default=120, ge=12, le=5000)
    """Items over all levels, shared out evenly; each is asked in each mode."""
    samples: int = Field(default=4, ge=1, le=64)
    """Answers to each item, in each mode."""
    max_tokens: int = Field(default=4096, ge=16, le=131072)
    """Longest answer to a turn, reasoning included, tokens."""


class PrivateSetParameters(DecodedParameters):
    """Check ``private-set``; the file is the operator's own, and nothing but its digest is said of it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")
    """Public name of the set; its file is ``<name>.jsonl`` or ``.parquet`` in the folder of private sets."""
    languages: tuple[LanguageTag, ...] = Field(min_length=1, max_length=20)
    """Languages of the problems, BCP 47 tags such as ``de``; printed on page one."""
    sha256: Sha256 | None = None
    """SHA-256 of the file; the plan fills it in, a policy may demand it."""
    items: int | None = Field(default=None, ge=10)
    """Use only the first so many items; all when absent."""
    samples: int = Field(default=1, ge=1, le=64)
    """Answers to each item."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""
    answers: AnswerKind | None = None
    """How answers are compared; follows from the set when absent."""


class ConcisionParameters(StrictValue):
    """Check ``concision``; it asks nothing."""

    reads: tuple[str, ...] = Field(min_length=1, max_length=20)
    """Ids of the checks of the same plan whose answers it measures."""
    budgets: tuple[Annotated[int, Field(ge=1, le=131072)], ...] | None = Field(
        default=None, min_length=1, max_length=20
    )
    """Token budgets of the curve; halves of the longest answer allowed, six times, when absent."""


class CostParameters(StrictValue):
    """Check ``cost``; it asks nothing."""

    reads: tuple[str, ...] = Field(min_length=1, max_length=50)
    """Ids of all checks of the same plan that ask: time and energy are measured over the whole run."""
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    """Currency of the price, ISO 4217."""
    price_per_hour: float | None = Field(default=None, gt=0, le=1e6)
    """Declared price of the hardware for an hour."""


class LogicPuzzlesParameters(StrictValue):
    """Check ``logic-puzzles``."""

    families: tuple[str, ...] = Field(default=("constraint", "grid", "ordering", "truth-teller"), min_length=1)
    """Ids of puzzle families."""
    levels: tuple[int, ...] = Field(default=(2, 3, 4, 5, 6), min_length=1)
    """Difficulties, easiest first; every family must have each of them."""
    per_level: int = Field(default=10, ge=3, le=2000)
    """Puzzles of each family at each level; one in ten of them, rounded, has no solution."""
    hold: Fraction = 0.5
    """Share of right answers from which a level counts as held."""
    samples: int = Field(default=4, ge=1, le=64)
    """Answers to each puzzle."""
    max_tokens: int = Field(default=16384, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""

    def twins(self) -> int:
        """Puzzles without a solution in each family and level."""
        return (self.per_level + 5) // 10

    def questions(self) -> int:
        """Puzzles in all."""
        return len(self.families) * len(self.levels) * self.per_level


class LongChainParameters(StrictValue):
    """Check ``long-chain``."""

    lengths: tuple[int, ...] = Field(default=(8, 16, 32, 64, 128, 256, 512), min_length=1)
    """Steps that the answer needs, shortest first."""
    arms: tuple[str, ...] = Field(default=("dense", "diluted"), min_length=1)
    """Kinds of chain, the one that headlines first: dense, diluted, stepwise or addition."""
    per_length: int = Field(default=40, ge=10, le=2000)
    """Chains of each length in each arm."""
    hold: Fraction = 0.5
    """Share of right answers from which a length counts as held."""
    samples: int = Field(default=4, ge=1, le=64)
    """Answers to each chain."""
    max_tokens: int | None = Field(default=None, ge=16, le=131072)
    """Longest answer, tokens; when absent 2,000 and 40 for each needed step."""

    def cap(self, length: int) -> int:
        """Longest answer to a chain of this length, tokens."""
        return self.max_tokens or tokens_for(length)

    def questions(self) -> int:
        """Chains in all."""
        return len(self.arms) * len(self.lengths) * self.per_length


def tokens_for(length: int) -> int:
    """Tokens that let a model write down what it does on the way: 2,000, and 40 for each needed step.

    Source: answers longer than the limit were scored as failures of reasoning in "The Illusion of Thinking";
    see its critique, arXiv 2506.09250.
    """
    return 2_000 + 40 * length


PARAMETER_TYPES: dict[str, type[StrictValue]] = {
    "static-benchmark": StaticBenchmarkParameters,
    "fresh-reasoning": FreshReasoningParameters,
    "static-fresh-gap": StaticFreshGapParameters,
    "corpus-scan": CorpusScanParameters,
    "multi-turn": MultiTurnParameters,
    "unseen-tools": UnseenToolsParameters,
    "private-set": PrivateSetParameters,
    "concision": ConcisionParameters,
    "cost": CostParameters,
    "logic-puzzles": LogicPuzzlesParameters,
    "long-chain": LongChainParameters,
    "capability-profile": CapabilityProfileParameters,
}
"""Check id to the type of its parameters."""
