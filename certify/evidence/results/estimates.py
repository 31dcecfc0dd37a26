"""What results have in common: a share with its interval, and how answers ended."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Value


class Estimate(Value):
    """A share with its 95 % interval, on four printed decimals; verdicts use these decimals."""

    estimate: Fraction
    """Plain mean."""
    lower: Fraction
    """Lower bound, rounded down."""
    upper: Fraction
    """Upper bound, rounded up."""
    items: int
    """Independent items."""
    samples: int
    """Answers to each item."""
    rule: str
    """Name of the rule in docs/statistics.md."""


class Drop(Value):
    """How much lower the share of right answers is one way than the other, item by item, with its 95 % interval."""

    estimate: float = Field(ge=-1, le=1)
    """Mean of the differences; above 0 where the second way is harder."""
    lower: float = Field(ge=-1, le=1)
    """Lower bound, rounded down."""
    upper: float = Field(ge=-1, le=1)
    """Upper bound, rounded up."""
    items: int
    """Pairs."""
    rule: str
    """Name of the rule in docs/statistics.md."""


class Outcomes(Value):
    """How many answers ended how."""

    answers: int = 0
    """All answers."""
    correct: int = 0
    """Right."""
    wrong: int = 0
    """An answer that is not right."""
    no_answer: int = 0
    """Nothing after the reasoning."""
    unparseable: int = 0
    """Text from which no answer could be read."""
    truncated: int = 0
    """Cut off at the token limit."""
    unclosed: int = 0
    """Reasoning never closed."""
    looped: int = 0
    """Repeated itself until cut off."""
    error: int = 0
    """The engine failed."""
    truncated_share: Fraction = 0.0
    """Share cut off at the limit, loops included."""
    unreadable_share: Fraction = 0.0
    """Share without a readable answer though not cut off."""

    @property
    def judged_share(self) -> float:
        """Share that is right or wrong: what a model knows can show in these alone. 1 where nothing was asked."""
        return (self.correct + self.wrong) / self.answers if self.answers else 1.0
