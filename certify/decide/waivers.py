"""Is a rule waived at this time? One function answers, and everybody who asks goes through ``decide``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from certify.decide.form import Rule
from certify.decide.policy import LoadedPolicy
from certify.evidence.approval import MAX_WAIVER_DAYS, Waiver
from certify.evidence.decision import RuleOutcome, RuleStatus, WaiverFinding, WaiverFindingKind, WaiverUsed
from certify.evidence.plan import PolicyReference
from certify.trust.verified import Verified

Waivers = Sequence[Verified[Waiver]]

OPEN = frozenset({RuleStatus.NOT_MET, RuleStatus.INCONCLUSIVE, RuleStatus.MISSING})
"""What a waiver can excuse; a rule that is met, or does not apply, needs none."""


def waived_by(
    rule: Rule, policy: PolicyReference, model_identity: str, at: str, waivers: Waivers
) -> Verified[Waiver] | None:
    """The waiver under which a rule need not be met, or None.

    Args:
        rule: the rule, as the policy has it.
        policy: the policy that decides.
        model_identity: the model decided on.
        at: the one time the decision looks at, RFC 3339 in UTC.
        waivers: whatever is at hand; each is signed by an approver, and nothing else about it is believed.

    Where several apply, the one that lasts longest answers, then the one whose digest comes first.
    """
    fitting = [one for one in waivers if _why_not(one, rule, policy, model_identity, at) is None]
    return min(fitting, key=lambda one: (_reversed(one.value.expires_at), one.payload_sha256), default=None)


def apply_waiver(outcome: RuleOutcome, waiver: Verified[Waiver] | None) -> RuleOutcome:
    """The outcome as it counts: waived where the rule is open and a waiver holds, itself otherwise."""
    if waiver is None or outcome.status not in OPEN:
        return outcome
    said = waiver.value
    used = WaiverUsed(
        payload_sha256=waiver.payload_sha256,
        seen=outcome.status,
        reason=said.reason,
        ticket=said.ticket,
        approver=said.approver,
        expires_at=said.expires_at,
    )
    message = (
        f"waived until {said.expires_at} by {said.approver}, ticket {said.ticket}: {said.reason}; "
        f"without the waiver {outcome.status.value.replace('_', ' ')}: {outcome.message}"
    )
    return outcome.model_copy(update={"status": RuleStatus.WAIVED, "message": message, "waiver": used})


def waiver_findings(
    policy: LoadedPolicy, model_identity: str, at: str, waivers: Waivers, outcomes: Iterable[RuleOutcome]
) -> tuple[WaiverFinding, ...] | None:
    """What to tell of each waiver that changed nothing, in order of their digests; None where there is none."""
    rules = {rule.id: rule for rule in policy.policy.rules}
    used = {outcome.waiver.payload_sha256 for outcome in outcomes if outcome.waiver is not None}
    told: dict[str, WaiverFinding] = {}
    for one in sorted(waivers, key=lambda one: one.payload_sha256):
        if one.payload_sha256 in used:
            continue
        kind, message = _why_not(one, rules.get(one.value.rule), policy.reference, model_identity, at) or (
            WaiverFindingKind.UNUSED,
            "the rule needs no waiver, or another one covers it",
        )
        told[one.payload_sha256] = WaiverFinding(
            payload_sha256=one.payload_sha256, rule=one.value.rule, kind=kind, message=message
        )
    return tuple(told.values()) or None


def fault_of_waiver(
    waiver: Verified[Waiver], policy: LoadedPolicy, model_identity: str, at: str
) -> tuple[WaiverFindingKind, str] | None:
    """Why a waiver does not hold under a policy for a model at a time, or None where it does."""
    rule = next((rule for rule in policy.policy.rules if rule.id == waiver.value.rule), None)
    return _why_not(waiver, rule, policy.reference, model_identity, at)


def _why_not(
    waiver: Verified[Waiver], rule: Rule | None, policy: PolicyReference, model_identity: str, at: str
) -> tuple[WaiverFindingKind, str] | None:
    """Why a waiver does not hold for a rule here and now, or None where it does."""
    said, kind = waiver.value, WaiverFindingKind
    models = [subject.digest.sha256 for subject in waiver.statement.subject]
    same = said.policy_version in (None, policy.version) and said.policy_sha256 in (None, policy.sha256)
    absent = rule is None or rule.id != said.rule
    reasons = (
        (models != [model_identity], kind.FOREIGN, "it is for another model"),
        (said.policy is None, kind.TOO_BROAD, "it names no policy, so it would hold for policies not yet written"),
        (said.too_long, kind.TOO_BROAD, f"it lasts longer than {MAX_WAIVER_DAYS} days"),
        (said.policy != policy.id, kind.FOREIGN, f"it is for a rule of the policy {said.policy}"),
        (not same, kind.FOREIGN, f"it is for another version of the policy {said.policy}"),
        (absent, kind.UNUSED, f"the policy {policy.id} has no rule {said.rule}"),
        (
            rule is not None and rule.waivable is False,
            kind.NOT_WAIVABLE,
            f"the policy {policy.id} lets nobody waive {said.rule}",
        ),
        (at < said.valid_from, kind.NOT_YET_VALID, f"it begins at {said.valid_from}"),
        (at >= said.expires_at, kind.EXPIRED, f"it ended at {said.expires_at}"),
    )
    return next(((name, message) for holds, name, message in reasons if holds), None)


def _reversed(time: str) -> tuple[int, ...]:
    """A key that puts later times first."""
    return tuple(-ord(character) for character in time)
