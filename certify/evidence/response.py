"""Predicate ``response``: what the applicant answers to a decision that did not end in a certificate."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value

MAX_RESPONSE = 4000
"""Characters of a response; it is printed whole."""


class Response(Value):
    """Signed by whoever signs the owner's declaration; printed as theirs, not tested."""

    respondent: str = Field(min_length=1, max_length=300)
    """Who answers, as the report prints it."""
    model: Sha256
    """Identity of the model decided on."""
    text: str = Field(min_length=1, max_length=MAX_RESPONSE)
    """The answer, in plain words."""
    publish: bool
    """Whether the respondent consents that the refusal is published with their name and the model's."""
    responded_at: Utc
    """When it was signed."""
