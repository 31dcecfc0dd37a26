"""Which clauses a decision supports, which it leaves open, and which nothing in the policy covers."""

from __future__ import annotations

from collections.abc import Sequence

from certify.decide.form import Policy
from certify.evidence.clauses import ClauseOutcome, DatedClause, Support
from certify.evidence.decision import RuleOutcome, RuleStatus


def clause_outcomes(policy: Policy, rules: Sequence[RuleOutcome], at: str) -> tuple[ClauseOutcome, ...] | None:
    """Every clause the policy is about, as of the day of a decision; None where the policy lists none.

    Args:
        policy: in its resolved form.
        rules: what each of its rules came to.
        at: the time of the decision, RFC 3339 in UTC.
    """
    dated = [one for one in policy.clauses or () if isinstance(one, DatedClause)]
    return tuple(_outcome(one, rules, at[:10]) for one in dated) or None


def _outcome(clause: DatedClause, rules: Sequence[RuleOutcome], day: str) -> ClauseOutcome:
    naming = [rule for rule in rules if clause.clause in rule.clauses and rule.status is not RuleStatus.NOT_APPLICABLE]
    support = Support.SUPPORTED if naming else Support.NOT_COVERED
    if any(rule.status is not RuleStatus.MET for rule in naming):
        support = Support.OPEN
    return ClauseOutcome(
        clause=clause.clause,
        title=clause.title,
        support=support,
        force=clause.force_on(day),
        status=clause.status,
        effective_from=clause.effective_from,
        effective_until=clause.effective_until,
        coverage=clause.coverage,
        verified=clause.verified,
        rules=tuple(rule.id for rule in naming),
    )
