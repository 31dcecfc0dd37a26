"""Looks again: the plan's boundaries, every decision to go on or to stop, and what was logged in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from certify.errors import HostileInput
from certify.evidence.looks import Interim, LookTaken
from certify.evidence.plan import Plan, PlannedCheck
from certify.evidence.results import FreshReasoningResult, StaticBenchmarkResult
from certify.statistics import Sums, judge, look_interval, look_levels, look_sizes

if TYPE_CHECKING:
    from certify.verify.evidence import EvidenceSet

WITH_LOOKS = (FreshReasoningResult, StaticBenchmarkResult)


def check_looks(evidence: EvidenceSet) -> None:
    """Returns if every look follows from the plan and its counts, and every one before the last was logged.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    plan, results = evidence.plan.value, evidence.evaluation.value.results()
    taken = dict[str, tuple[LookTaken, ...]]()
    for check in plan.checks:
        result = results.get(check.id)
        looks = result.looks if isinstance(result, WITH_LOOKS) else None
        if (check.looks is None) != (looks is None):
            raise HostileInput("CERT-E090", f"{check.id} was to be looked at otherwise than it was")
        if looks is not None and isinstance(result, WITH_LOOKS):
            _check_plan(check)
            _check_taken(check, looks)
            _check_result(check, result, looks)
            taken[check.id] = looks
    _check_interims([one.value for one in evidence.interims], taken, evidence.plan.payload_sha256)


def asked_items(plan: Plan, results: Mapping[str, object]) -> dict[str, int]:
    """How many items each check asked: all that were planned, or those up to the look where it stopped."""
    asked = {check.id: check.items for check in plan.checks}
    for name, result in results.items():
        if name in asked and isinstance(result, WITH_LOOKS) and result.looks:
            asked[name] = result.looks[-1].items
    return asked


def _check_plan(check: PlannedCheck) -> None:
    """The looks of a plan follow from its parameters."""
    looks, groups = check.looks or (), _groups(check)
    number = len(looks)
    try:
        sizes = [look_sizes(items, number) for items in groups]
        levels = look_levels(number)
    except ValueError as error:
        raise HostileInput("CERT-E090", f"the plan's looks of {check.id} are impossible: {error}") from error
    totals = [sum(steps) for steps in zip(*sizes, strict=True)]
    planned = [(look.items, look.level) for look in looks]
    if number != check.parameters.get("looks") or planned != list(zip(totals, levels, strict=True)):
        raise HostileInput("CERT-E090", f"the plan's looks of {check.id} do not follow from its parameters")


def _groups(check: PlannedCheck) -> list[int]:
    """Items of each group, as the check shares them out."""
    families = check.parameters.get("families")
    if not isinstance(families, list | tuple) or not families:
        return [check.items]
    each, rest = divmod(check.items, len(families))
    return [each + (place < rest) for place in range(len(families))]


def _check_taken(check: PlannedCheck, taken: tuple[LookTaken, ...]) -> None:
    """Looks were taken in order, each decided by its counts, and no look was taken or left out against them."""
    planned, threshold = check.looks or (), check.parameters.get("threshold")
    if not taken or not isinstance(threshold, float) or len(taken) > len(planned):
        raise HostileInput("CERT-E090", f"the looks of {check.id} are not those planned")
    for number, one in enumerate(taken, 1):
        sums = {group.group: Sums(group.items, group.right, group.squares) for group in one.groups}
        sizes = sorted(look_sizes(items, len(planned))[number - 1] for items in _groups(check))
        if sorted(group.items for group in one.groups) != sizes or len(sums) != len(one.groups):
            raise HostileInput("CERT-E090", f"look {number} of {check.id} was not taken after the planned items")
        try:
            interval = look_interval(sums, check.samples, number, len(planned))
        except ValueError as error:
            raise HostileInput("CERT-E090", f"look {number} of {check.id} has impossible counts: {error}") from error
        if interval is None:
            raise HostileInput("CERT-E090", f"look {number} of {check.id} has too few items")
        found = (number, len(planned), interval.items, interval.estimate, interval.lower, interval.upper)
        said = (one.look, one.of, one.items, one.estimate, one.lower, one.upper)
        if said != found or one.verdict.value != judge(interval, threshold).value:
            raise HostileInput("CERT-E090", f"look {number} of {check.id} does not follow from its counts")
        if one.last != (number == len(taken)):
            raise HostileInput("CERT-E090", f"{check.id} stopped at another look than its boundary says")
        if number > 1:
            _check_growth(check, taken[number - 2], one)


def _check_growth(check: PlannedCheck, before: LookTaken, after: LookTaken) -> None:
    """Answers once counted stay counted."""
    earlier = {group.group: group for group in before.groups}
    for group in after.groups:
        one = earlier.get(group.group)
        added = group.right - one.right if one else -1
        if one is None or not 0 <= added <= (group.items - one.items) * check.samples or group.squares < one.squares:
            raise HostileInput("CERT-E090", f"look {after.look} of {check.id} takes back what an earlier one counted")


def _check_result(
    check: PlannedCheck, result: FreshReasoningResult | StaticBenchmarkResult, taken: tuple[LookTaken, ...]
) -> None:
    """The result is that of the last look."""
    last, share = taken[-1], result.accuracy
    said = (share.estimate, share.lower, share.upper, share.items, share.samples, share.rule)
    if said != (last.estimate, last.lower, last.upper, last.items, check.samples, "SEQ"):
        raise HostileInput("CERT-E090", f"the result of {check.id} is not that of its last look")
    if result.outcomes.correct != sum(group.right for group in last.groups):
        raise HostileInput("CERT-E090", f"the result of {check.id} counts other right answers than its last look")
    if isinstance(result, FreshReasoningResult):
        families = {one.family: (one.items, one.right) for one in result.families}
        if families != {group.group: (group.items, group.right) for group in last.groups}:
            raise HostileInput("CERT-E090", f"the families in the result of {check.id} are not those of its last look")


def _check_interims(interims: list[Interim], taken: Mapping[str, tuple[LookTaken, ...]], plan_sha256: str) -> None:
    """Before each round of more questions stands a statement with the looks so far."""
    rounds = max((len(looks) for looks in taken.values()), default=1)
    ordered = sorted(interims, key=lambda one: one.round)
    if [one.round for one in ordered] != list(range(1, rounds)):
        raise HostileInput("CERT-E090", f"{rounds - 1} interim looks were to be signed, and {len(interims)} are")
    for one in ordered:
        seen = {name: looks[min(one.round, len(looks)) - 1] for name, looks in taken.items()}
        if one.plan_sha256 != plan_sha256 or one.checks != seen:
            raise HostileInput("CERT-E090", f"interim look {one.round} says otherwise than the evaluation")
