"""The numbers and the rules of a run, a certificate or a decision, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence

from certify.cli.render import checklist, emit, listing, paragraph
from certify.evidence.certificate import Headline
from certify.evidence.clauses import ClauseOutcome, Support
from certify.evidence.decision import RuleOutcome, RuleStatus
from certify.verify.words.clauses import SUPPORT_WORDS, UNVERIFIED_MEANS, counts_words, force_words
from certify.verify.words.rules import REQUIRED, binding_words, consequence_words

_MARKS = {
    RuleStatus.MET: "pass",
    RuleStatus.NOT_MET: "fail",
    RuleStatus.INCONCLUSIVE: "warn",
    RuleStatus.MISSING: "warn",
    RuleStatus.NOT_APPLICABLE: "skip",
    RuleStatus.WAIVED: "warn",
}
_STATUS = {
    RuleStatus.NOT_MET: "not met",
    RuleStatus.INCONCLUSIVE: "inconclusive",
    RuleStatus.MISSING: "no evidence",
}


def print_headlines(lines: Sequence[Headline]) -> None:
    """Prints each number in front, what it measures beside it, and the detail below that."""
    listing([(line.value, line.name, line.detail) for line in lines])


def print_rules(rules: Sequence[RuleOutcome]) -> None:
    """Prints rule by rule; one that is not met says first whether it had to be."""
    if rules:
        emit()
    checklist([(_mark(rule), rule.id, rule_words(rule)) for rule in rules])


def print_clauses(clauses: Sequence[ClauseOutcome], day: str) -> None:
    """Prints the clauses the policy is about that are not covered or left open, with the force they have on a day."""
    if not clauses:
        return
    emit()
    paragraph(f"clauses of the policy, as of {day}: {counts_words(clauses)}")
    for support in (Support.NOT_COVERED, Support.OPEN):
        found = [one.as_of(day) for one in clauses if one.support is support]
        for words in dict.fromkeys(force_words(one) for one in found):
            named = ", ".join(one.clause for one in found if force_words(one) == words)
            paragraph(f"- {SUPPORT_WORDS[support]}, {words}: {named}", indent=2)
    if unverified := sum(not one.verified for one in clauses):
        paragraph(f"- {unverified} of {len(clauses)} are unverified: {UNVERIFIED_MEANS}", indent=2)


def rule_words(rule: RuleOutcome) -> str:
    """What a rule asks and what was seen: ``Not met (recommended, advice only). Title: message``."""
    told = f"{rule.title}: {rule.message}"
    if not (consequence := consequence_words(rule)):
        return told
    return f"{_STATUS[rule.status].capitalize()} ({binding_words(rule)}, {consequence}). {told}"


def _mark(rule: RuleOutcome) -> str:
    """The cross is for what had to be met alone."""
    if rule.status == RuleStatus.NOT_MET and rule.enforcement != REQUIRED:
        return "warn"
    return _MARKS[rule.status]
