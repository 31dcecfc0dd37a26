"""What a document came to: its title, its verdict in a word and a sentence, and the rules behind a refusal."""

from __future__ import annotations

import re
from typing import NamedTuple

from certify.counting import counted
from certify.evidence.certificate import Certificate, Headline, Level, ScreeningReport
from certify.evidence.decision import RuleOutcome, Verdict
from certify.page import wording
from certify.page.wording import Mark, clip
from certify.verify.words.headlines import check_of
from certify.verify.words.rules import REQUIRED, deciding_rules, not_met_words

Findings = Certificate | ScreeningReport

NAMED = 3
"""Rules behind a refusal that its first sentence names."""
_CHECK = re.compile(r"""check\[["']([^"']+)["']\]""")


class Reason(NamedTuple):
    """A required rule that a certificate failed for."""

    id: str
    """The rule."""
    title: str
    """What it asks."""
    message: str
    """What was seen against what was asked."""


def title_of(findings: Findings) -> str:
    """The document's name: what did not end in a certificate can never be taken for one."""
    if isinstance(findings, ScreeningReport):
        return "Screening report — not a certificate"
    return wording.TITLES[findings.level]


def policy_name(findings: Findings) -> str:
    """``policy starter 1.0.0``."""
    return clip(f"policy {findings.policy.id} {findings.policy.version}", 90)


def verdict_of(findings: Findings) -> Mark:
    """The verdict in a word, with its sign."""
    if isinstance(findings, ScreeningReport):
        return wording.VERDICT_MARKS[findings.verdict]
    return Mark("✓", "Self-declared" if findings.level is Level.SELF_DECLARED else "Certified", "good")


def verdict_text(findings: Findings) -> str:
    """The verdict in a sentence, with the policy, how many rules are waived or not met."""
    if isinstance(findings, ScreeningReport):
        word = "Not issued" if findings.not_issued else wording.VERDICT_MARKS[findings.verdict].word
        behind = behind_verdict(findings) if findings.verdict == Verdict.REFUSED else ()
        counts = f": {not_met_words(behind, 'required')}" if behind else ""
        return f"{word} under {policy_name(findings)}{counts}"
    waived = len(waived_rules(findings))
    exception = f", {counted(waived, 'rule')} waived" if waived else ""
    if findings.level is Level.SELF_DECLARED:
        return f"Meets {policy_name(findings)} by its issuer’s own account{exception}"
    return f"Certified under {policy_name(findings)}{exception}"


def usable_words(findings: Findings) -> str:
    """May I use it: as far as the policy asks, and no further."""
    asked = f"As far as {policy_name(findings)} asks"
    required = [rule for rule in findings.rules if rule.enforcement == REQUIRED]
    if findings.development:
        return f"No: development keys signed this, it shows how such a document works. {_standing(findings, required)}"
    if isinstance(findings, ScreeningReport):
        return f"{_NO[findings.verdict]}: {_lacking(findings, required)}."
    own = ", by its issuer’s own account," if findings.level is Level.SELF_DECLARED else ", yes:"
    waived = len(waived_rules(findings))
    if waived:
        exception = (
            f"{counted(waived, 'rule')} {'is' if waived == 1 else 'are'} waived, every other required one is met"
        )
        return f"{asked}{own} {exception}, as tested below alone."
    return f"{asked}{own} {_met(len(required))}, as tested below alone."


_NO = {
    Verdict.CERTIFIED: "No certificate was issued",
    Verdict.REFUSED: "No",
    Verdict.INCONCLUSIVE: "Not on this evidence",
    Verdict.INCOMPLETE: "Not on this evidence",
}


def _standing(findings: Findings, required: list[RuleOutcome]) -> str:
    if isinstance(findings, ScreeningReport):
        text = _lacking(findings, required)
        return f"{text[:1].upper()}{text[1:]}."
    waived = len(waived_rules(findings))
    return f"By it, {_met(len(required) - waived)}" + (f", {counted(waived, 'rule')} waived." if waived else ".")


def _met(required: int) -> str:
    return f"{'its one required rule is' if required == 1 else f'all {required} required rules are'} met"


def _lacking(findings: ScreeningReport, required: list[RuleOutcome]) -> str:
    """Which share of the required rules kept a certificate from being issued, or who did."""
    behind = len(behind_verdict(findings))
    if findings.not_issued:
        return clip(findings.not_issued, 200)
    if not behind:
        return "the policy did not certify"
    word = {
        Verdict.REFUSED: "not met",
        Verdict.INCONCLUSIVE: "neither met nor failed",
        Verdict.INCOMPLETE: "without evidence",
    }
    verb = "is" if behind == 1 else "are"
    named = [clip(rule.id, 24) for rule in behind_verdict(findings)]
    more = f" and {behind - NAMED}" if behind > NAMED else ""
    which = f"{', '.join(named[:NAMED])}{more}"
    return f"{behind} of {len(required)} required rules {verb} {word[findings.verdict]}, {which}"


def behind_verdict(findings: Findings) -> tuple[RuleOutcome, ...]:
    """The required rules that kept a certificate from being issued; none where they did not."""
    if isinstance(findings, Certificate) or findings.not_issued:
        return ()
    return deciding_rules(findings.verdict, findings.rules)


def because_of(findings: Findings) -> str:
    """What heads the rules behind a verdict; empty where nothing was refused."""
    if not behind_verdict(findings) or isinstance(findings, Certificate):
        return ""
    return wording.BECAUSE.get(findings.verdict, "")


def reasons_of(findings: Findings) -> tuple[Reason, ...]:
    """Every rule behind a verdict, measured against wanted."""
    return tuple(
        Reason(clip(rule.id, 24), clip(rule.title, 120), clip(wording.told(rule.message), 200))
        for rule in behind_verdict(findings)
    )


def waived_rules(findings: Findings) -> tuple[RuleOutcome, ...]:
    """The rules that somebody waived."""
    return tuple(rule for rule in findings.rules if rule.waiver is not None)


def leading(findings: Findings, most: int) -> tuple[Headline, ...]:
    """The numbers of page one: the first, but after a refusal those that the refusing rules look at go first."""
    values = [value for rule in behind_verdict(findings) for value in rule.observed]
    looked_at = {check for value in values for check in _CHECK.findall(value)}
    first = sorted(findings.headlines, key=lambda one: check_of(one.name) not in looked_at)
    return tuple(first[:most])
