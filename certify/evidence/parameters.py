"""The parameters a policy gives to each check; they enter the plan with every default filled in."""

from __future__ import annotations

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
    "logic-puzzles": LogicPuzzlesParameters,
    "long-chain": LongChainParameters,
}
"""Check id to the type of its parameters."""
