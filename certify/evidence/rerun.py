"""Predicate ``rerun``: a random sample of the signed questions, asked again of the same model by somebody."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Utc, Value
from certify.evidence.model import TestedConfiguration


class Rerun(Value):
    """Signed by whoever ran the model again; it can raise a certificate's level, and change nothing else in it."""

    evaluation_sha256: Sha256
    """Payload digest of the evaluation whose answers were asked for again."""
    seed: Sha256
    """What the sample was drawn with, after the evaluation was signed."""
    items: int = Field(ge=1)
    """Questions asked again, one answer to each."""
    same_text: int = Field(ge=0)
    """Answers that are the same to the letter."""
    same_outcome: int = Field(ge=0)
    """Answers judged the same: right, or not right."""
    agreement: Fraction
    """Share judged the same."""
    agreement_lower: Fraction
    """Exact 95 % lower bound of it."""
    agreement_upper: Fraction
    """Exact 95 % upper bound of it."""
    signed_right: int = Field(ge=0)
    """Of these answers, how many the certificate counts as right."""
    rerun_right: int = Field(ge=0)
    """How many were right when asked again."""
    p_value: Fraction
    """Exact one-sided sign-flip test that the signed answers are right more often than the model's own."""
    configuration: TestedConfiguration
    """The conditions of the rerun."""
    differing: tuple[str, ...]
    """What was otherwise than in the tested configuration: another engine version or device may write other texts."""
    rerun_at: Utc
    """When."""
