"""What a policy can ask about: facts out of verified statements, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SerializeAsAny,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import InitErrorDetails

from certify.errors import HostileInput
from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.contamination import data_seen
from certify.evidence.dataset import DataExamined, Dataset, Declaration
from certify.evidence.evaluation import Evaluation, tries
from certify.evidence.instances import entry_for, kind_of
from certify.evidence.model import ModelIdentity, ServedIdentity, TestedConfiguration
from certify.evidence.parameters import PARAMETER_TYPES
from certify.evidence.plan import EntropyKind, Plan, PlannedCheck, PolicyReference
from certify.evidence.results import RESULT_TYPES

if TYPE_CHECKING:
    from certify.trust.verified import Verified


def field_name(check: str) -> str:
    """A check's id as a field name: ``fresh-reasoning`` is ``fresh_reasoning``; a label plays no part."""
    return kind_of(check).replace("-", "_")


class LabelledResults(Value):
    """Results of checks that ran under labels, such as ``static-benchmark:aime25``, beside those that ran once."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="wrap")
    @classmethod
    def _typed(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(given, dict):
            return handler(given)
        plain = {name: value for name, value in given.items() if name in RESULT_TYPES}
        typed, faults = _labelled(given)
        try:
            made = handler(plain | typed)
        except ValidationError as error:
            faults += _details(error)
        if faults:
            raise ValidationError.from_exception_data("check", faults)
        return made


def _labelled(given: dict[str, Any]) -> tuple[dict[str, Value], list[InitErrorDetails]]:
    """The labelled results as the values they should be, and everything that is wrong with those that are none."""
    typed, faults = dict[str, Value](), list[InitErrorDetails]()
    for name, content in given.items():
        kind = entry_for(name, RESULT_TYPES) if kind_of(name) != name else None
        if kind is None or content is None:
            continue
        try:
            typed[name] = kind.model_validate(content)
        except ValidationError as error:
            faults += _details(error, name)
    return typed, faults


def _details(error: ValidationError, *place: str) -> list[InitErrorDetails]:
    """What validation found, to be raised again from further out."""
    return [
        InitErrorDetails(type=one["type"], loc=(*place, *one["loc"]), input=one["input"], ctx=one.get("ctx", {}))
        for one in error.errors(include_url=False)
    ]


class PlanFacts(Value):
    """``plan``: what was fixed before the run, and how often it was tried."""

    applicant: str
    """Who asks."""
    attempt: int = Field(ge=1)
    """This attempt at a model of this name or these weights, counted from 1."""
    attempts: int = Field(ge=1)
    """All attempts this log showed when the run ended, this one included."""
    excludable: bool
    """Whether hidden earlier attempts can be excluded."""
    entropy: EntropyKind
    """Who could have influenced which problems were drawn: self, seedWitnesses or beacon."""
    tokens: int = Field(ge=0)
    """Most tokens the run may generate."""
    planned_at: Utc
    """When the plan was made."""
    deadline: Utc
    """When it lapses."""
    identity_verified: bool | None = None
    """Whether what answered is known to be the model's files: false behind an endpoint that somebody else runs."""


class DataFacts(Value):
    """``data``: how much of the training data was seen."""

    examined: DataExamined
    """full, partial, named (by digests, not searched), vendor_attested or undisclosed."""
    datasets: int = Field(ge=0)
    """Datasets named in the plan."""
    complete: bool | None = None
    """Whether every dataset is attested and a steward says that this is all; absent without such a statement."""


class DeclaredFacts(Value):
    """``declared``: the owner's word, field by field; what was left empty is absent."""

    owner: str | None = None
    """Who answers for the model."""
    intended_use: str | None = None
    """What it is for."""
    prohibited_use: str | None = None
    """What it must not be used for."""
    population: str | None = None
    """Whom its use concerns."""
    deployment: str | None = None
    """Where and how it runs."""
    monitoring: str | None = None
    """How it is watched in use."""
    decision_role: str | None = None
    """What part its answers play in decisions."""
    users: str | None = None
    """Who works with it."""
    out_of_scope: tuple[str, ...] | None = None
    """Uses it was not made for."""
    known_risks: tuple[str, ...] | None = None
    """Known risks and limitations."""
    human_oversight: str | None = None
    """Who can overrule or stop it."""
    update_policy: str | None = None
    """When and how it changes."""
    contact: str | None = None
    """Where to report a problem."""
    languages: tuple[str, ...] | None = None
    """Languages it is meant for."""
    licence: str | None = None
    """Licence of the model."""
    base_model: str | None = None
    """The model it was made from."""
    declared_at: Utc | None = None
    """When the owner said so."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, given: Any) -> Any:
        return {k: v for k, v in given.items() if v != ""} if isinstance(given, dict) else given


if TYPE_CHECKING:
    CheckFacts = Value
else:
    CheckFacts = create_model(
        "CheckFacts",
        __base__=LabelledResults,
        __doc__="``check``: the result of each check that ran.",
        **{field_name(check): (kind | None, Field(default=None, alias=check)) for check, kind in RESULT_TYPES.items()},
    )


class Facts(Value):
    """Everything an expression can name."""

    check: SerializeAsAny[CheckFacts]
    """Results by check id."""
    model: ModelIdentity
    """What was tested."""
    configuration: TestedConfiguration
    """In which conditions."""
    plan: PlanFacts
    """What was fixed beforehand."""
    data: DataFacts
    """How much training data was seen."""
    declared: DeclaredFacts | None = None
    """What the owner declares."""
    level: int | None = Field(default=None, ge=0, le=3)
    """How independent the parties are, 0 to 3; absent where that is not known yet."""

    def mapping(self) -> dict[str, Any]:
        """The facts as nested dictionaries without absent values; ``check`` is keyed by check id."""
        content = self.model_dump(mode="json", by_alias=False, exclude_none=True, include=set(Facts.model_fields))
        named = {field_name(check): check for check in RESULT_TYPES}
        content["check"] = {named.get(field, field): result for field, result in content["check"].items()}
        return content


class PolicyInput(Facts):
    """The facts of one run, with what was planned for it."""

    policy: PolicyReference | None = None
    """The policy the plan names."""
    planned: tuple[PlannedCheck, ...] = ()
    """The checks the plan names, with their parameters."""
    not_run: dict[str, str] = Field(default_factory=dict)
    """Why a planned check has no result, by check id."""
    digests: tuple[Sha256, ...] = ()
    """Payload digests of the statements behind the facts, sorted."""

    @classmethod
    def build(
        cls,
        plan: Verified[Plan],
        evaluation: Verified[Evaluation],
        datasets: Sequence[Verified[Dataset]] = (),
        declaration: Verified[Declaration] | None = None,
        *,
        level: int | None = None,
    ) -> PolicyInput:
        """The facts of verified statements that belong together.

        Args:
            plan: what was fixed beforehand.
            evaluation: what came out.
            datasets: the stewards' statements; those about data that the plan does not name are left out.
            declaration: the owner's word, if any.
            level: assurance level, 0 to 3, where it is known.

        Raises:
            HostileInput: CERT-E058, the evaluation is not of this plan, a statement is about another model,
                or the planned configuration was not the one used; CERT-E045, a result is malformed.
            TypeError: a value that is not verified.
        """
        from certify.trust.verified import Verified

        given: list[Verified[Any]] = [plan, evaluation, *datasets, *([declaration] if declaration else [])]
        if not all(isinstance(item, Verified) for item in given):
            raise TypeError("a policy decides over verified statements only")
        _require_one_run(plan, evaluation, declaration)
        attested = _attested(plan.value, datasets)
        used = [item for item in given if item not in datasets or item in attested]
        return cls(
            check=CheckFacts.model_validate(evaluation.value.results()),
            model=plan.value.model,
            configuration=plan.value.configuration,
            plan=_plan_facts(plan.value, evaluation.value),
            data=_data_facts(plan.value, evaluation.value, attested),
            declared=DeclaredFacts.from_document(declaration.value.document()) if declaration else None,
            level=level,
            policy=plan.value.policy,
            planned=plan.value.checks,
            not_run={entry.check: entry.reason for entry in evaluation.value.not_run},
            digests=tuple(sorted({item.payload_sha256 for item in used})),
        )

    def ran_as(self, check: str, parameters: dict[str, Any]) -> bool:
        """Whether the plan names this check with exactly these parameters, defaults and digests filled in."""
        form = PARAMETER_TYPES[kind_of(check)]
        wanted = form.model_validate(parameters)
        try:
            planned = [form.model_validate(entry.parameters) for entry in self.planned if entry.id == check]
        except ValidationError:
            return False
        return any(_as_asked(found, wanted) for found in planned)


def _as_asked(planned: Value, wanted: Value) -> bool:
    """Whether planned parameters are the policy's; the plan fills in the benchmark digests a policy leaves open."""
    left_open = {name for name in ("sha256", "control_sha256") if not getattr(wanted, name, None)}
    return planned.model_dump(exclude=left_open) == wanted.model_dump(exclude=left_open)


def _require_one_run(
    plan: Verified[Plan], evaluation: Verified[Evaluation], declaration: Verified[Declaration] | None
) -> None:
    mismatches = (
        (evaluation.value.plan_sha256 != plan.payload_sha256, "the evaluation was made for another plan"),
        (evaluation.value.model.identity != plan.value.model.identity, "the evaluation is of another model"),
        (evaluation.value.configuration != plan.value.configuration, "the tested configuration is not the planned one"),
        (evaluation.value.entropy.kind != plan.value.entropy.kind, "the entropy source is not the planned one"),
        (
            declaration is not None and _subject(declaration) != plan.value.model.identity,
            "the declaration is about another model",
        ),
    )
    for wrong, what in mismatches:
        if wrong:
            raise HostileInput("CERT-E058", what, hint="use the statements of one and the same run")


def _subject(statement: Verified[Any]) -> str:
    return statement.statement.subject[0].digest.sha256


def _attested(plan: Plan, datasets: Sequence[Verified[Dataset]]) -> list[Verified[Dataset]]:
    planned = {dataset.identity for dataset in plan.datasets}
    return [item for item in datasets if item.value.dataset.identity in planned]


def _plan_facts(plan: Plan, evaluation: Evaluation) -> PlanFacts:
    attempts, serving = evaluation.attempts, plan.configuration.serving
    return PlanFacts(
        applicant=plan.applicant,
        attempt=attempts.number,
        attempts=max(attempts.number, tries(attempts.earlier) + 1),
        excludable=attempts.excludable,
        entropy=plan.entropy.kind,
        tokens=plan.tokens,
        planned_at=plan.planned_at,
        deadline=plan.deadline,
        identity_verified=serving is None or serving.identity is ServedIdentity.VERIFIED,
    )


def _data_facts(plan: Plan, evaluation: Evaluation, attested: list[Verified[Dataset]]) -> DataFacts:
    covered = {item.value.dataset.identity for item in attested} >= {dataset.identity for dataset in plan.datasets}
    says_all = all(item.value.complete for item in attested)
    return DataFacts(
        examined=data_seen(plan.data_examined, evaluation.results()),
        datasets=len(plan.datasets),
        complete=(covered and says_all) if attested else None,
    )
