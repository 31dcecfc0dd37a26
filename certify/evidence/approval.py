"""What approvers sign: a word about one decision, and an exception for one rule and one model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from certify.evidence.base import Sha256, Utc, Value

MAX_WAIVER_DAYS = 90
"""Longest life of a waiver, days: an exception that outlives a quarter has become the rule.

Source: docs/roles.md, "Who waives".
"""


def _on_calendar(text: str) -> str:
    _moment(text)
    return text


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


Moment = Annotated[Utc, AfterValidator(_on_calendar)]
"""A time that exists in the calendar, so that two of them can be subtracted."""


class ApprovalVerdict(StrEnum):
    """What an approver says of a decision."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Approval(Value):
    """Predicate ``approval``: one approver's word about one decision; the subject is that decision."""

    approver: Sha256
    """Key id of whoever signs; a copy signed by another key says nothing."""
    model: Sha256
    """Identity of the model decided on."""
    verdict: ApprovalVerdict
    """Whether the decision may become a certificate."""
    comment: str = Field(default="", max_length=1000)
    """Why, in the approver's words."""
    ticket: str | None = Field(default=None, min_length=1, max_length=100)
    """Where the approver's organisation keeps the matter."""
    approved_at: Moment
    """When the approver signed; the log index, not this time, orders it."""


class Waiver(Value):
    """Predicate ``waiver``: one rule need not be met by one model for a while; the subject is that model."""

    rule: str = Field(min_length=1, max_length=24)
    """The one rule."""
    policy: str | None = Field(default=None, min_length=1, max_length=60)
    """Id of the policy the rule stands in; a waiver that names none is never honoured."""
    policy_version: str | None = Field(default=None, max_length=20)
    """Only this version of it, when given."""
    policy_sha256: Sha256 | None = None
    """Only the policy with this digest, when given."""
    reason: str = Field(min_length=1, max_length=1000)
    """Why the rule may stay unmet; printed."""
    ticket: str = Field(min_length=1, max_length=100)
    """Where the approver's organisation keeps the matter; printed."""
    approver: str = Field(min_length=1, max_length=200)
    """Name of the person who answers for it; printed."""
    valid_from: Moment
    """Start."""
    expires_at: Moment
    """End; not honoured from this moment on."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.expires_at <= self.valid_from:
            raise ValueError("a waiver ends after it begins")
        return self

    @property
    def too_long(self) -> bool:
        """Whether it lasts longer than any waiver may."""
        return _moment(self.expires_at) - _moment(self.valid_from) > timedelta(days=MAX_WAIVER_DAYS)
