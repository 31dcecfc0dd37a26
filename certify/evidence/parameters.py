"""The parameters a policy gives to each check; they enter the plan with every default filled in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, StrictValue


class StaticBenchmarkParameters(StrictValue):
    """Check ``static-benchmark``."""

    benchmark: str
    """Id in policies/benchmarks, or the path of a JSONL file."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    items: int | None = Field(default=None, ge=10)
    """Use only the first so many items; all when absent."""
    samples: int = Field(default=1, ge=1, le=64)
    """Answers to each item."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""


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


class StaticFreshGapParameters(StrictValue):
    """Check ``static-fresh-gap``; the static side comes from ``static-benchmark`` of the same plan."""

    benchmark: str
    """Same benchmark as in ``static-benchmark``."""
    sha256: Sha256 | None = None
    """SHA-256 of the benchmark's file; the plan fills it in, a policy may demand it."""
    power_against: Fraction = 0.1
    """The inflation whose detection power is printed."""
    samples: int = Field(default=1, ge=1, le=64)
    """Answers to each fresh twin."""
    max_tokens: int = Field(default=1024, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""


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


PARAMETER_TYPES: dict[str, type[StrictValue]] = {
    "static-benchmark": StaticBenchmarkParameters,
    "fresh-reasoning": FreshReasoningParameters,
    "static-fresh-gap": StaticFreshGapParameters,
    "corpus-scan": CorpusScanParameters,
    "multi-turn": MultiTurnParameters,
    "unseen-tools": UnseenToolsParameters,
}
"""Check id to the type of its parameters."""
