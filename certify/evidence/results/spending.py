"""Results of what answers took: tokens, time, energy and money."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.results.estimates import Estimate


class Lengths(Value):
    """Lengths of some answers, tokens, reasoning included."""

    answers: int = Field(ge=0)
    """How many."""
    median: int | None = Field(default=None, ge=0)
    """Half of them are at most so long; absent where there are none."""
    p95: int | None = Field(default=None, ge=0)
    """Nineteen in twenty are at most so long."""


class BudgetPoint(Value):
    """What is right within a number of tokens."""

    tokens: int = Field(ge=1)
    """The budget."""
    accuracy: Estimate
    """Share of answers that ended within it and are right."""


class AnswerLengths(Value):
    """How long the answers to one check are, and what that buys."""

    check: str
    """Id of the check that asked."""
    answers: int = Field(ge=0)
    """All answers."""
    correct: int = Field(ge=0)
    """Right ones."""
    tokens: int = Field(ge=0)
    """Tokens of all answers, wrong ones included."""
    characters: int = Field(ge=0)
    """Characters of all answers: tokenizers differ."""
    tokens_per_correct: float | None = Field(default=None, ge=0)
    """All tokens for each right answer; absent where none is right."""
    tokens_per_correct_lower: float | None = Field(default=None, ge=0)
    """Lower end of the 95 % bootstrap interval over items."""
    tokens_per_correct_upper: float | None = Field(default=None, ge=0)
    """Upper end; absent where a resample holds no right answer."""
    right: Lengths
    """Of right answers."""
    wrong: Lengths
    """Of all others."""
    truncated_share: Fraction
    """Share cut off at the limit, loops included."""
    looped_share: Fraction
    """Share that ended in a loop."""
    curve: tuple[BudgetPoint, ...]
    """Accuracy within growing budgets: the same answers, not asked again."""
    area: Fraction
    """Mean accuracy over the logarithm of the budget, from the first budget to the last."""


class ConcisionResult(Value):
    """Check ``concision``: what an answer costs in tokens."""

    checks: tuple[AnswerLengths, ...] = Field(min_length=1)
    """Each check whose answers were measured, in the order of the plan."""
    truncated_share: Fraction
    """The largest of their shares."""
    looped_share: Fraction
    """The largest of their shares."""


class CostResult(Value):
    """Check ``cost``: telemetry of the run; what is absent was not measured."""

    reads: tuple[str, ...] = Field(min_length=1)
    """The checks whose answers were made in the time measured."""
    answers: int = Field(ge=1)
    """All answers."""
    correct: int = Field(ge=0)
    """Right ones."""
    tokens: int = Field(ge=0)
    """Tokens generated."""
    seconds: float = Field(gt=0)
    """Time of answering, without loading."""
    correct_per_second: float = Field(ge=0)
    """Right answers for each second."""
    peak_memory: int | None = Field(default=None, ge=1)
    """Largest resident memory of each of the engine's processes, added up; bytes, without memory of a GPU."""
    gpu_memory: int | None = Field(default=None, ge=1)
    """Memory in use on the GPU board, bytes; engines such as vLLM reserve most of a board."""
    correct_per_second_per_gigabyte: float | None = Field(default=None, ge=0)
    """Right answers for each second and each 10^9 bytes of GPU memory, or of the processes where that is absent."""
    kilowatt_hours: float | None = Field(default=None, gt=0)
    """Energy of the GPU board, not at the wall."""
    correct_per_kilowatt_hour: float | None = Field(default=None, ge=0)
    """Right answers for each kilowatt-hour."""
    currency: str | None = None
    """Currency of the declared price."""
    price_per_hour: float | None = Field(default=None, gt=0)
    """As declared in the plan, not tested."""
    correct_per_unit: float | None = Field(default=None, ge=0)
    """Right answers for each unit of that currency."""
    batch_size: int = Field(ge=1)
    """Questions answered together: all of the above depends on it."""
    brief: bool
    """Whether the run took under a minute: then rates say little."""
    telemetry_sha256: Sha256
    """Digest of the file with the measurements."""
