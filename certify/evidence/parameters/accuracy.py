"""Parameters of problems answered on their own: published, fresh, in pairs, an operator's."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, model_validator

from certify.evidence.base import Fraction, Sha256, StrictValue
from certify.evidence.parameters.decoding import DecodedParameters

LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
TaskName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][^\s/\\:]{0,119}$")]
Draws = Annotated[int, Field(ge=1, le=64)]
PublicFamilies = Annotated[int, Field(ge=1, le=50)] | Annotated[tuple[str, ...], Field(min_length=1)]

TASK_PREFIX = "task:"
"""Begins the name under which a task of lm-eval stands among a plan's sources, and that of its comparison."""

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

    benchmark: str | None = None
    """Id in policies/benchmarks, or the path of a JSONL or Parquet file; or else ``task``."""
    task: TaskName | None = None
    """Name of a task of lm-eval, in place of a benchmark."""
    tasks: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    """Name of an operator's own folder of tasks, in the one that ``CERTIFY_TASKS`` names; lm-eval's own when absent."""
    metric: str | None = Field(default=None, pattern=r"^[^,]{1,100}(,[^,]{1,100})?$")
    """The task's metric, with the filter behind a comma where there are several; the plan fills it in."""
    shots: int | None = Field(default=None, ge=0, le=64)
    """Solved examples before each item; as many as the task says when absent."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's or task's file; the plan fills it in, a policy may demand it."""
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

    @property
    def source(self) -> str:
        """The name of what it asks among a plan's sources."""
        return f"{TASK_PREFIX}{self.task}" if self.benchmark is None else self.benchmark

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.benchmark is None) == (self.task is None):
            raise ValueError("either benchmark or task says what is asked")
        if self.task is None and (self.tasks, self.metric, self.shots) != (None, None, None):
            raise ValueError("tasks, metric and shots belong to task")
        if self.task is not None and self.answers is not None:
            raise ValueError("answers belongs to benchmark: a task scores by its own rule")
        return self

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
