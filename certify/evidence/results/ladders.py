"""What the checks with a ladder of growing difficulty found: puzzles by level, chains by length."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Value
from certify.evidence.results.estimates import Estimate, Outcomes


class PuzzleCell(Value):
    """Puzzles of one family at one level, those with a solution."""

    family: str
    """Its id."""
    version: int
    """Version of its generator."""
    released: str
    """Date the family was published: its puzzles are new, their kind is not."""
    level: int
    """Difficulty."""
    search_space: float = Field(ge=0)
    """Decimal logarithm of the number of answers that a guess is one of."""
    right: int
    """Right answers; only a whole answer is right."""
    answers: int
    """All answers."""
    items: int
    """Puzzles."""
    share: Fraction
    """Plain share of right answers."""
    entries: Fraction | None = None
    """Share of single entries right, where the answer gives each name a place or number; no verdict uses it."""
    truncated_share: Fraction
    """Share cut off at the token limit, loops included."""
    floor: Fraction
    """Share that the best of a bank of answerers without reasoning reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class PuzzleLevel(Value):
    """All families at one level."""

    level: int
    """Difficulty."""
    accuracy: Estimate
    """Average over the families."""
    one_sided: Fraction
    """One-sided 95 % lower bound, which decides whether the level is held."""
    held: bool
    """Whether it and every easier level reach the share asked."""


class UnsolvableResult(Value):
    """Puzzles with one clue exchanged so that no solution is left, scored apart."""

    answers: int
    """Answers to puzzles without a solution."""
    told: int
    """Of these, those that say so."""
    solvable_answers: int
    """Answers to puzzles with a solution."""
    falsely_told: int
    """Of these, those that claim that there is none."""
    told_apart: float = Field(ge=-1, le=1)
    """Share told minus share falsely told: 0 for whoever always says the same, or guesses."""


class LogicPuzzlesResult(Value):
    """Check ``logic-puzzles``: puzzles with one proved solution, drawn after the plan was logged."""

    held_level: int = Field(ge=0)
    """Hardest level held, with every easier one; 0 where the first is not."""
    hold: Fraction
    """Share of right answers from which a level counts as held."""
    levels: tuple[PuzzleLevel, ...] = Field(min_length=1)
    """Each level, easiest first."""
    families: tuple[PuzzleCell, ...] = Field(min_length=1)
    """Each family at each level."""
    renamed: Fraction
    """Share right of the puzzles told in invented words that the text defines."""
    plain: Fraction
    """Share right of those told in ordinary words."""
    unsolvable: UnsolvableResult | None = None
    """Puzzles without a solution; absent where none were planned."""
    outcomes: Outcomes
    """How the answers ended, those to puzzles without a solution included."""


class ChainRung(Value):
    """Chains of one length."""

    length: int
    """Steps that the answer needs."""
    accuracy: Estimate
    """Share of right answers."""
    one_sided: Fraction
    """One-sided 95 % lower bound, which decides whether the length is held."""
    held: bool
    """Whether it and every shorter length reach the share asked."""
    right: int
    """Right answers."""
    answers: int
    """All answers."""
    max_tokens: int
    """Longest answer allowed, tokens."""
    truncated_share: Fraction
    """Share cut off at that limit, loops included."""
    finished_share: Fraction | None = None
    """Share right among the answers that were not cut off; absent where all were."""
    floor: Fraction
    """Share that the best of a bank of answerers without following reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class BreakingPoint(Value):
    """Where half of the chains fail: a description, no verdict uses it."""

    model: str
    """Curve fitted: one-parameter or logistic."""
    estimate: float = Field(ge=0)
    """Steps, within the ladder."""
    lower: float = Field(ge=0)
    """2.5 % quantile over resampled chains."""
    upper: float = Field(ge=0)
    """97.5 % quantile."""
    beyond: str = ""
    """above or below where the curve crosses one half outside the ladder."""


class ChainArm(Value):
    """One kind of chain."""

    arm: str
    """dense, diluted, stepwise or addition."""
    held_length: int = Field(ge=0)
    """Longest length held, with every shorter one; 0 where the first is not."""
    rungs: tuple[ChainRung, ...] = Field(min_length=1)
    """Each length, shortest first."""
    half_length: BreakingPoint
    """Where half of them fail."""


class LongChainResult(Value):
    """Check ``long-chain``: numbers followed through many steps."""

    held_length: int = Field(ge=0)
    """Longest length held in the first arm."""
    hold: Fraction
    """Share of right answers from which a length counts as held."""
    version: int
    """Version of the generator."""
    released: str
    """Date the chains were published: the chains are new, their kind is not."""
    arms: tuple[ChainArm, ...] = Field(min_length=1)
    """Each kind of chain, as planned."""
    outcomes: Outcomes
    """How the answers ended."""
