"""Parameters of problems asked at growing difficulty."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, StrictValue


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
