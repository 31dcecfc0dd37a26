"""The form of a policy: what its author may write."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from certify.evidence.base import StrictValue
from certify.evidence.canonical import MAX_INTEGER
from certify.evidence.clauses import DatedClause, Reference

PolicyId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
RuleId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}-[0-9]{2,3}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Expression = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Whole = Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Decimal = Annotated[float, Field(ge=-1e12, le=1e12)]


class Direction(StrEnum):
    """Which way a parameter may be moved by a policy that extends this one."""

    UP = "up"
    DOWN = "down"


class Kind(StrEnum):
    """The type of a parameter; a decimal stays one when canonical JSON writes 1.0 as 1."""

    DECIMAL = "decimal"
    WHOLE = "whole"
    FLAG = "flag"
    TEXT = "text"
    TEXTS = "texts"


class Severity(StrEnum):
    """How bad it is when the rule is not met."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """Whether the rule enters the verdict."""

    MUST = "must"
    SHOULD = "should"


class Coverage(StrEnum):
    """How much of the clauses the rule decides; the rest is for people."""

    FULL = "full"
    PARTIAL = "partial"
    EVIDENCE_ONLY = "evidence_only"


class Parameter(StrictValue):
    """One parameter of a rule; ``floor: 0.8`` is short for ``floor: {value: 0.8}``."""

    value: bool | Whole | Decimal | Text | tuple[Text, ...]
    """What the rule compares with."""
    kind: Kind
    """Its type; follows from the value when left out."""
    tighten: Direction | None = None
    """Which way makes the rule stricter; without it no extending policy may move the parameter."""

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, given: Any) -> Any:
        form = dict(given) if isinstance(given, dict) else {"value": given}
        value = form.get("value")
        if "kind" not in form and "value" in form:
            form["kind"] = _kind_of(value)
        if form.get("kind") == Kind.DECIMAL and isinstance(value, int) and not isinstance(value, bool):
            form["value"] = float(value)
        return form

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if _kind_of(self.value) != self.kind:
            raise ValueError(f"a parameter of kind {self.kind} cannot be {self.value!r}")
        if self.tighten and self.kind not in (Kind.DECIMAL, Kind.WHOLE):
            raise ValueError("only a number can be moved up or down")
        return self

    def moved(self, value: Any) -> Parameter:
        """This parameter with another value of the same kind.

        Raises:
            ValueError: it has no direction, the value is of another kind, or the move would loosen it.
        """
        if self.tighten is None:
            raise ValueError("the policy it comes from declares no direction for it")
        new = Parameter.model_validate({"value": value, "kind": self.kind, "tighten": self.tighten})
        if (new.value < self.value) if self.tighten == Direction.UP else (new.value > self.value):  # type: ignore[operator]
            raise ValueError(f"{value} is looser than {self.value}: it may only move {self.tighten}")
        return new


def _kind_of(value: Any) -> Kind:
    for types, kind in ((bool, Kind.FLAG), (int, Kind.WHOLE), (float, Kind.DECIMAL), (str, Kind.TEXT)):
        if isinstance(value, types):
            return kind
    return Kind.TEXTS


class CheckRequest(StrictValue):
    """A check the policy needs."""

    id: str
    """Which check."""
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    """Its parameters, as the check documents them."""


def _several(given: Any) -> Any:
    return given if isinstance(given, list | tuple) else (given,)


Fragments = Annotated[tuple[dict[str, Any], ...], BeforeValidator(_several), Field(min_length=1, max_length=20)]
"""One fragment of evidence, or a list of them."""


class Examples(StrictValue):
    """Evidence laid over the policy's complete example, null taking things away; each must end as named."""

    pass_: Fragments = Field(alias="pass")
    """End in met; an empty fragment takes the complete example as it is."""
    fail: Fragments
    """End in not met, or in inconclusive for a rule that nothing can refute."""
    missing: Fragments
    """End in missing."""
    inconclusive: Fragments | None = None
    """End in inconclusive, for rules that can."""
    not_applicable: Fragments | None = None
    """End in not applicable, for rules with ``when``."""


class Rule(StrictValue):
    """One thing the policy asks."""

    id: RuleId
    """Names the rule for good; a changed meaning takes a new id."""
    title: Text
    """What it asks, in plain words."""
    when: Expression | None = None
    """The rule applies only where this holds; always, when absent."""
    assert_: Expression = Field(alias="assert")
    """What must hold."""
    refute: Expression | None = None
    """When given, the rule is not met only where this holds; where neither holds it is inconclusive."""
    inconclusive_when: Expression | None = None
    """Where this holds the evidence is too poor to decide."""
    params: dict[Name, Parameter] = Field(default_factory=dict, max_length=50)
    """Values the expressions compare with, as ``params.name``."""
    severity: Severity
    """How bad a failure is."""
    enforcement: Enforcement
    """must enters the verdict, should is only reported."""
    message: Text
    """What was seen against what was asked, with ``{expressions}`` filled in."""
    remedy: Text
    """What to do when the rule is not met."""
    clauses: tuple[str, ...] = Field(default=(), max_length=50)
    """Clauses of the catalogue that the rule supports, ``source/clause``."""
    coverage: Coverage = Coverage.PARTIAL
    """How much of those clauses the rule decides."""
    waivable: bool | None = None
    """Whether an approver may waive the rule for one model and a while; yes, unless this is false."""
    examples: Examples | None = None
    """Evidence on which the rule is tried; a policy file without it does not load."""

    def expressions(self) -> dict[str, str]:
        """The expressions that decide, by the field they stand in."""
        given = {
            "when": self.when,
            "assert": self.assert_,
            "refute": self.refute,
            "inconclusive_when": self.inconclusive_when,
        }
        return {field: text for field, text in given.items() if text is not None}

    def values(self) -> dict[str, Any]:
        """The parameters' values by name."""
        return {
            name: list(p.value) if isinstance(p.value, tuple) else p.value for name, p in sorted(self.params.items())
        }


class Policy(StrictValue):
    """What is asked of a model, and what must be run to find out."""

    schema_: Literal["certify/policy/v1"] = Field(default="certify/policy/v1", alias="schema")
    """Names this form."""
    id: PolicyId
    """Names the policy."""
    version: str = Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")
    """Semantic version."""
    title: Text
    """What it is for."""
    description: str = Field(default="", max_length=4000)
    """For whom, and what it leaves out."""
    extends: str | None = Field(default=None, max_length=500)
    """A shipped policy, or the path of one beside this file, that this one makes stricter."""
    move: dict[RuleId, dict[Name, Any]] = Field(default_factory=dict)
    """New values for parameters of the extended policy, in their declared direction."""
    validity_days: int = Field(default=365, ge=1, le=1827)
    """How long a certificate under this policy may last."""
    surveillance_days: int | None = Field(default=None, ge=1, le=1827)
    """Days after which a certified model is to be tested again while its certificate runs; never, when absent."""
    limits: tuple[Text, ...] = Field(default=(), max_length=50)
    """What the policy does not look at; printed."""
    clauses: tuple[Reference | DatedClause, ...] | None = Field(default=None, max_length=300)
    """Clauses of the catalogue that it is about, ``source/clause``; certificates then tell which are not covered."""
    checks: tuple[CheckRequest, ...] = Field(default=(), max_length=50)
    """What must be run."""
    rules: tuple[Rule, ...] = Field(default=(), max_length=200)
    """What must hold."""
