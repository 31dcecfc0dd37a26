"""Particulars in their fixed order: who, what exactly, by which policy, for how long, and what was waived."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Certificate
from certify.evidence.decision import RuleOutcome
from certify.page import wording
from certify.page.annex import key_words
from certify.page.row import Row
from certify.page.verdict import Findings, waived_rules
from certify.page.wording import clip
from certify.verify.words.caveats import waived_words
from certify.verify.words.languages import languages_tested
from certify.verify.words.rules import advice_not_met

WAIVERS_SHOWN = 4
"""Waived rules that stand with date, ticket and approver; the others by id."""
ADVICE_SHOWN = 2
NO_SURVEILLANCE = "None: the policy asks for none. What is said here was true of the day it was tested."


def particulars(findings: Findings) -> tuple[Row, ...]:
    """Issuer and key, validity, next surveillance; the identity and the policy's digest stand beside them."""
    rows = [Row("Issuer", _issuer(findings))]
    if isinstance(findings, Certificate):
        start, end = wording.long_date(findings.valid_from), wording.long_date(findings.valid_until)
        rows += [
            Row("Valid", f"{start} to {end}. Decided {wording.minute(findings.decided_at)}."),
            Row("Next surveillance", surveillance_words(findings)),
        ]
    else:
        decided = wording.minute(findings.decided_at)
        rows.append(Row("Decided", f"{decided}; log entry {findings.log_index}."))
    return tuple(rows)


def surveillance_words(certificate: Certificate) -> str:
    """When the model is to be tested again though the certificate still runs."""
    due = certificate.next_surveillance
    return NO_SURVEILLANCE if due is None else f"By {wording.long_date(due)} the model is to be tested again."


def facts(findings: Findings, results: Mapping[str, Value]) -> tuple[Row, ...]:
    """The conditions under which all numbers hold, and every exception that was made."""
    languages = clip(languages_tested(results), 200)
    return (
        Row("Tested configuration", f"{wording.configuration_sentence(findings.configuration)}."),
        *([Row("Languages tested", f"{languages}.")] if languages else []),
        Row("Attempt and seed", f"{attempt_words(findings)} Seed {wording.SEED_WORDS[findings.entropy]}."),
        *exceptions(findings),
    )


def attempt_words(findings: Findings) -> str:
    """Attempt k of n, and whether others can be excluded."""
    attempts = findings.attempts
    tried = f"{attempts.number} of {attempts.total} in this log"
    return tried + ("." if attempts.excludable else "; earlier attempts cannot be excluded.")


def exceptions(findings: Findings) -> tuple[Row, ...]:
    """What was waived and what is advised against: every waived rule is named, however many there are."""
    rows = [Row("Waived", text)] if (text := _waived(waived_rules(findings))) else []
    if advice := advice_not_met(findings.rules):
        named = "; ".join(f"{clip(rule.id, 24)} {clip(rule.title, 90)}" for rule in advice[:ADVICE_SHOWN])
        rest = ", ".join(clip(rule.id, 24) for rule in advice[ADVICE_SHOWN:])
        rows.append(Row("Recommended, not met", clip(named + (f"; and {rest}" if rest else ""), 400) + "."))
    if not isinstance(findings, Certificate) and findings.not_issued:
        rows.append(Row("Not issued", clip(findings.not_issued, 300)))
    return tuple(rows)


def _waived(waived: tuple[RuleOutcome, ...]) -> str:
    if not waived:
        return ""
    shown = [clip(wording.plain_times(waived_words(rule)), 200) for rule in waived[:WAIVERS_SHOWN]]
    if len(waived) == 1:
        shown = [f"{shown[0]}: {clip(waived[0].title, 90)}"]
    rest = ", ".join(clip(rule.id, 24) for rule in waived[WAIVERS_SHOWN:])
    return "; ".join(shown) + (f"; and {rest}, see the report" if rest else "") + "."


def _issuer(findings: Findings) -> str:
    """The issuer with the key behind the decision."""
    keys = [one.keyid for one in findings.evidence if one.kind == "decision"]
    return clip(findings.issuer, 80) + (f", {key_words(keys[0])}" if keys else "")


def model_facts(findings: Findings) -> str:
    """Version as its owner calls it, architecture and size."""
    model, declared = findings.model, findings.declaration
    version = [f"version {clip(declared.version, 40)}"] if declared is not None and declared.version else []
    files = f"{counted(model.files, 'runtime file')}, {wording.size(model.bytes)}"
    return " · ".join([*version, clip(model.architecture, 50), wording.weights(model.parameters), files])
