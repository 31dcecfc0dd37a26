"""Predicate ``evaluation``: what was run for a plan, and what came out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.instances import entry_for
from certify.evidence.model import ModelIdentity, TestedConfiguration
from certify.evidence.plan import EntropyKind
from certify.evidence.results import RESULT_TYPES


class WitnessAnswer(Value):
    """A seed witness's signature over the plan's payload digest."""

    keyid: Sha256
    """The witness."""
    signature: str = Field(pattern=r"^[0-9a-f]{128}$")
    """Ed25519 signature, hexadecimal: deterministic, so a witness cannot choose among answers."""


class EntropyUsed(Value):
    """The randomness that entered the seed."""

    kind: EntropyKind
    """As the plan named it."""
    value: Sha256
    """The entropy: random bytes for ``self``, a digest of the witnesses' answers otherwise."""
    answers: tuple[WitnessAnswer, ...] = ()
    """The witnesses' answers, sorted by key id."""


class EarlierPlan(Value):
    """A plan logged before this one for the same applicant, name or weights; it counts if not the applicant alone."""

    log_index: int
    """Its place in the log."""
    payload_sha256: Sha256
    """The plan."""
    shares: tuple[str, ...]
    """What it has in common: applicant, name, weights."""

    @property
    def counts(self) -> bool:
        """Whether it tried the same model: one with this name or these weights."""
        return "name" in self.shares or "weights" in self.shares


def tries(plans: Iterable[EarlierPlan]) -> int:
    """How many of these plans tried the same model; what an applicant did with other models is context."""
    return sum(plan.counts for plan in plans)


class Attempts(Value):
    """How often this was tried, as far as this log shows."""

    number: int = Field(ge=1)
    """This attempt, counted from 1: one more than the earlier plans that share name or weights."""
    earlier: tuple[EarlierPlan, ...] = ()
    """The earlier plans, with those that share the applicant alone."""
    excludable: bool
    """Whether the log is witnessed, so that attempts elsewhere in it cannot have been hidden."""


class NotRun(Value):
    """A planned check that gave no result."""

    check: str
    """Its id."""
    reason: str
    """Why, in plain words."""


class Journal(Value):
    """Commitment to every question and every judged answer."""

    questions: int
    """Number of questions."""
    questions_root: Sha256
    """RFC 6962 root over the questions, sorted by (check, item)."""
    records: int
    """Number of judged answers."""
    records_root: Sha256
    """RFC 6962 root over the item records, sorted by (check, item, repeat)."""


class Evaluation(Value):
    """Signed by the evaluator; the first one logged for a plan is the only one."""

    plan_sha256: Sha256
    """Payload digest of the plan."""
    model: ModelIdentity
    """The model as found after the run; equal to the plan's."""
    configuration: TestedConfiguration
    """The conditions as they were."""
    entropy: EntropyUsed
    """The randomness used."""
    seed: Sha256
    """The seed that follows from plan and entropy."""
    journal: Journal
    """Commitment to the answers."""
    checks: dict[str, dict[str, Any]]
    """Result of each check that ran, by id."""
    not_run: tuple[NotRun, ...] = ()
    """Checks without a result."""
    attempts: Attempts
    """Earlier tries in this log."""
    started_at: Utc
    """First question."""
    finished_at: Utc
    """Last answer judged."""

    def results(self) -> dict[str, Value]:
        """The results as typed values; checks unknown to this version are left out.

        Raises:
            HostileInput: a result does not have the form its check gives.
        """
        return {
            name: kind.from_document(document, name=f"result of {name}", by_name=False)
            for name, document in sorted(self.checks.items())
            if (kind := entry_for(name, RESULT_TYPES)) is not None
        }
