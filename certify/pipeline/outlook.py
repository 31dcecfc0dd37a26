"""What a plan can show and what it costs, from the plan alone: read before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certify.check import planned_checks
from certify.decide import LoadedPolicy
from certify.decide.reach import Bound, asked_bounds, best_result, last_level
from certify.engines.pilot import PilotResult
from certify.errors import UsageError
from certify.evidence.base import Fraction, Value
from certify.evidence.instances import kind_of
from certify.evidence.plan import Plan, PlannedCheck
from certify.files import read_file
from certify.pipeline.files import RunFolder
from certify.statistics import MINIMUM_ITEMS, best_lower_bound
from certify.statistics.outlook import gap_outlook, shown_from
from certify.statistics.planning import DEFAULT_RHO
from certify.trust.bundle import parse_bundle, statement_of

POWER = 0.8
"""The power at which margins and inflations are told."""

_GAP = "static-fresh-gap"


class ThresholdOutlook(Value):
    """What the planned sample can say of one threshold of the policy."""

    rule: str
    """The rule that sets it."""
    field: str
    """The bound of the result that it asks about."""
    asked: float
    """The threshold."""
    best: float
    """What a flawless model reaches."""
    shown_from: Fraction | None = None
    """True accuracy from which a model is shown to meet it with power 0.8; absent for other bounds."""


class GapPower(Value):
    """What the planned pairs are expected to find, at an assumed accuracy and spread."""

    power_against: Fraction
    """The inflation named in the policy."""
    power: Fraction
    """Chance of finding it at a false-alarm rate of 0.05."""
    detectable: Fraction
    """Smallest inflation found with power 0.8; 1 where none is."""
    accuracy: Fraction
    """Assumed accuracy on the fresh twins."""


class CheckOutlook(Value):
    """Size, cost and reach of one planned check."""

    check: str
    """Its id."""
    items: int
    """Questions."""
    samples: int
    """Answers to each."""
    answers: int
    """Answers in all."""
    most_tokens: int
    """Tokens if every answer runs to its limit."""
    expected_tokens: int | None = None
    """Tokens if answers are as long as the pilot's; absent without a pilot."""
    most_read: int | None = None
    """Most tokens read for given texts, which are not answered; absent where none is given."""
    looks: tuple[int, ...] | None = None
    """Items answered at each look, where the check may stop early."""
    thresholds: tuple[ThresholdOutlook, ...] = ()
    """What rules of the policy ask of it."""
    gap: GapPower | None = None
    """For pairs of published items and twins: what they would find."""


class Outlook(Value):
    """What a plan can show, and what it costs."""

    checks: tuple[CheckOutlook, ...]
    """Each check."""
    answers: int
    """Answers over all checks."""
    most_tokens: int
    """Tokens if every answer runs to its limit."""
    expected_tokens: int | None = None
    """Tokens if answers are as long as the pilot's."""
    most_read: int | None = None
    """Most tokens read for given texts over all checks; absent where none is given."""
    fewest_answers: int | None = None
    """Answers if every check with looks stops at the first; absent without looks."""
    rho: Fraction = DEFAULT_RHO
    """Correlation of the answers to one item that was assumed."""


def require_reachable(policy: LoadedPolicy, checks: Sequence[PlannedCheck]) -> None:
    """Returns if a flawless model would meet every threshold with the planned sample.

    Raises:
        UsageError: CERT-E140, it would not: the run could never end certified.
    """
    for bound in asked_bounds(policy.policy.rules):
        best = _best(bound, checks)
        if not bound.reachable(best):
            raise UsageError(
                "CERT-E140",
                f"{bound.rule} asks {bound.check} for {bound.field} {'>=' if bound.direction > 0 else '<='} "
                f"{bound.threshold:g}, and a flawless model gets {best:.4f}",
                f"{_why(bound, checks)}, and the plan would count as an attempt",
                "plan more items, or ask for less; nothing was logged",
            )


def outlook_of(
    policy: LoadedPolicy, checks: Sequence[PlannedCheck], mean_tokens: float | None = None, context: int | None = None
) -> Outlook:
    """What the planned checks can show under a policy, and what they cost.

    Args:
        policy: whose thresholds are looked at.
        checks: as planned.
        mean_tokens: length of an answer in a pilot, if there was one.
        context: context length of the model, which no answer exceeds.
    """
    bounds = asked_bounds(policy.policy.rules)
    found = tuple(_check(check, bounds, checks, mean_tokens, context) for check in checks)
    stopping = any(check.looks for check in checks)
    fewest = sum(
        check.looks[0].items * check.samples if check.looks else one.answers
        for check, one in zip(checks, found, strict=True)
    )
    return Outlook(
        checks=found,
        answers=sum(one.answers for one in found),
        most_tokens=sum(one.most_tokens for one in found),
        expected_tokens=None if mean_tokens is None else sum(one.expected_tokens or 0 for one in found),
        most_read=sum(check.reads or 0 for check in checks) or None,
        fewest_answers=fewest if stopping else None,
    )


def preview(policy: LoadedPolicy) -> Outlook:
    """What a plan of this policy would be, without a model; its benchmarks are read.

    Raises:
        UsageError: CERT-E100, CERT-E102, the checks cannot be planned; CERT-E140, a threshold is out of reach.
    """
    checks = planned_checks(policy.policy.checks)
    require_reachable(policy, checks)
    return outlook_of(policy, checks)


def outlook_of_run(folder: RunFolder, policy: LoadedPolicy) -> Outlook:
    """The outlook of a run whose plan is signed, with its pilot's length of answers."""
    bundle = parse_bundle(read_file(folder.file("plan.bundle.json")), name="plan")
    plan = Plan.from_document(statement_of(bundle).predicate, name="plan")
    pilot = PilotResult.from_bytes(read_file(folder.file("pilot.json"))) if folder.has("pilot.json") else None
    return outlook_of(policy, plan.checks, pilot.mean_tokens if pilot else None, plan.configuration.context_length)


def _check(
    check: PlannedCheck,
    bounds: Sequence[Bound],
    checks: Sequence[PlannedCheck],
    mean_tokens: float | None,
    context: int | None,
) -> CheckOutlook:
    answers = check.answers if check.max_tokens else 0
    return CheckOutlook(
        check=check.id,
        items=check.items,
        samples=check.samples,
        answers=answers,
        most_tokens=answers * min(check.max_tokens, context or check.max_tokens),
        expected_tokens=None if mean_tokens is None else round(answers * mean_tokens),
        most_read=check.reads,
        looks=tuple(look.items for look in check.looks) if check.looks else None,
        thresholds=tuple(
            _threshold(bound, check, best)
            for bound in bounds
            if bound.check == check.id and (best := _best(bound, checks)) is not None
        ),
        gap=_gap(check, checks) if kind_of(check.id) == _GAP and check.items else None,
    )


def _threshold(bound: Bound, check: PlannedCheck, best: float) -> ThresholdOutlook:
    start = None
    if bound.field == "accuracy.lower" and 0 < bound.threshold < 1:
        level = last_level(len(check.looks) if check.looks else None)
        items = check.items - int(check.parameters.get("publicItems", 0))
        if best_lower_bound(items, level) >= bound.threshold:
            start = shown_from(bound.threshold, items, check.samples, power=POWER, level=level)
    return ThresholdOutlook(rule=bound.rule, field=bound.field, asked=bound.threshold, best=best, shown_from=start)


def _gap(check: PlannedCheck, checks: Sequence[PlannedCheck]) -> GapPower:
    against = float(check.parameters["powerAgainst"])
    static = next((one.samples for one in checks if _published(one, check)), check.samples)
    found = gap_outlook(against, check.items, (max(static, 1), check.samples))
    return GapPower(power_against=against, power=found.power, detectable=found.detectable, accuracy=found.accuracy)


def _why(bound: Bound, checks: Sequence[PlannedCheck]) -> str:
    items = next((check.items for check in checks if check.id == bound.check), 0)
    if 0 < items < MINIMUM_ITEMS:
        return f"its {items} items are too few: under {MINIMUM_ITEMS} a check gives no interval"
    return "no model can meet that with the planned sample"


def _published(one: PlannedCheck, gap: PlannedCheck) -> bool:
    return kind_of(one.id) == "static-benchmark" and one.parameters.get("benchmark") == gap.parameters.get("benchmark")


def _best(bound: Bound, checks: Sequence[PlannedCheck]) -> float | None:
    given: Mapping[str, dict[str, object]] = {check.id: check.parameters for check in checks}
    sizes = {check.id: check.items for check in checks}
    return best_result(bound.path, given, sizes)
