"""The parameters of ``capability-profile``, and how its items are shared out over the numbers of hops."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Sha256, StrictValue


class CapabilityProfileParameters(StrictValue):
    """Check ``capability-profile``."""

    given: int = Field(default=120, ge=10, le=5000)
    """Items about invented facts told in the prompt, over all numbers of hops."""
    without: int = Field(default=120, ge=10, le=5000)
    """Of these, how many are also asked about somebody of whom no fact speaks."""
    hops: tuple[int, ...] = Field(default=(1, 2, 3, 5), min_length=1)
    """Facts that an answer puts together, fewest first."""
    people: int = 24
    """People in an invented world: 24 or 12; 5 for demonstrations."""
    benchmark: str | None = None
    """Short questions about published facts: id in policies/benchmarks, or the path of a file; none when absent."""
    sha256: Sha256 | None = None
    """SHA-256 of that file; the plan fills it in, a policy may demand it."""
    recalled: int = Field(default=120, ge=10, le=5000)
    """Most of its questions that are asked, half of them about several facts where it has such."""
    samples: int = Field(default=2, ge=1, le=64)
    """Answers to each item."""
    max_tokens: int = Field(default=4096, ge=16, le=131072)
    """Longest answer, reasoning included, tokens."""

    def given_with(self, hops: int) -> int:
        """Items with facts told that need this many: they take turns."""
        return _turns_of(self.hops, hops, self.given)

    def several(self) -> int:
        """Items with facts told that need more than one."""
        return sum(self.given_with(hops) for hops in self.hops if hops > 1)


def _turns_of(ladder: tuple[int, ...], rung: int, items: int) -> int:
    each, rest = divmod(items, len(ladder))
    return each + (ladder.index(rung) < rest)
