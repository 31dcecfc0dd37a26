"""What stands on a certificate's pages, as plain strings in reading order.

A pure function of the signed values: whoever holds the attached bundle can build the same page again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, Headline, Level, ScreeningReport
from certify.evidence.dataset import DataExamined
from certify.evidence.decision import RuleOutcome, Verdict
from certify.evidence.model import ServedIdentity
from certify.evidence.results import CorpusScanResult
from certify.page import annex, wording
from certify.page.annex import EvidenceRow, FamilyRow, Row, RuleRow
from certify.page.chart import Chart, Thresholds, chart_of, thresholds_of
from certify.page.clause_rows import ClauseRow, clause_rows, clauses_caption
from certify.page.wording import Mark, clip
from certify.verify.words.caveats import incomplete_answers, waived_words
from certify.verify.words.clauses import gap_words
from certify.verify.words.headlines import check_of
from certify.verify.words.languages import languages_tested
from certify.verify.words.rules import advice_not_met, deciding_rules, not_met_words
from certify.verify.words.scan import unscanned_words

HEADLINES_SHOWN = 3
DETAIL = 200
"""Characters of a detail that page one has room for; annex C holds the whole of a longer one."""
NOT_CHECKED_SHOWN = 4
CUT_OFF_SHOWN = 3
REASONS_SHOWN = 5
_CHECK = re.compile(r"""check\[["']([^"']+)["']\]""")
WAIVERS_SHOWN = 4
ADVICE_SHOWN = 2

Findings = Certificate | ScreeningReport


class Panel(NamedTuple):
    """One number of page one."""

    name: str
    """What it measures."""
    value: str
    """As printed, large."""
    detail: str
    """Interval, items, bounds."""
    chart: Chart | None
    """Its picture, where the number has a scale."""


class Reason(NamedTuple):
    """A required rule that a certificate failed for."""

    id: str
    """The rule."""
    title: str
    """What it asks."""
    message: str
    """What was seen against what was asked."""


class Page(NamedTuple):
    """Everything the template prints, in order; no markup anywhere."""

    title: str
    """The document's name, largest on the page."""
    verdict: Mark
    """What it came to."""
    verdict_text: str
    """The verdict in words, with the policy."""
    issuer: str
    """Who says so."""
    serial: str
    """Serial of a certificate, name of the run otherwise."""
    certificate: bool
    """False for a screening report."""
    level: int | None
    """Assurance level; absent for a screening report."""
    level_words: str
    """The level for those who do not see its picture."""
    development: bool
    """Whether every page carries the development band."""
    dense: bool
    """Whether page one needs room for another row."""
    model: str
    """The model's name."""
    identity: tuple[str, ...]
    """Identity digest in groups, two even lines."""
    model_facts: str
    """Architecture and size."""
    because: str
    """What heads the next rows; empty where nothing was refused."""
    reasons: tuple[Reason, ...]
    """The rules behind a refusal, before any number; page one."""
    more_reasons: str
    """Those that page one has no room for, by id; empty where there are none."""
    panels: tuple[Panel, ...]
    """The three headline numbers."""
    facts: tuple[Row, ...]
    """Configuration, data, attempt, independence, validity."""
    not_checked: tuple[str, ...]
    """What nobody should read into it; page one."""
    command: str
    """How to check it."""
    status_location: str
    """Where its present standing is; empty for a screening report."""
    evidence: tuple[EvidenceRow, ...]
    """Annex A."""
    rules: tuple[RuleRow, ...]
    """Annex B."""
    clauses: tuple[ClauseRow, ...]
    """Annex B, the clauses the policy is about; none where it lists none."""
    clauses_caption: str
    """What heads them."""
    policy: str
    """Id, version and digest of the policy."""
    configuration: tuple[Row, ...]
    """Annex C."""
    further: tuple[Row, ...]
    """Annex C, numbers that page one has no room for."""
    families: tuple[FamilyRow, ...]
    """Annex C, families of fresh problems with their floors."""
    limits: tuple[str, ...]
    """Annex D."""
    declared_by: str
    """Who declares the next rows; empty where nobody does."""
    declaration: tuple[Row, ...]
    """Annex D: the owner's words, not tested."""


def page_of(
    findings: Findings,
    results: Mapping[str, Value] | None = None,
    policy: Mapping[str, Any] | None = None,
) -> Page:
    """The page of a certificate or a screening report.

    Args:
        findings: what was signed.
        results: check id to typed result, from the evaluation statement; gives the charts and the families.
        policy: the resolved policy, from the bundle; gives the thresholds in the charts.
    """
    found = results or {}
    behind = _behind(findings)
    return Page(
        title=_title(findings),
        verdict=_verdict(findings),
        verdict_text=_verdict_text(findings),
        issuer=clip(findings.issuer, 90),
        serial=findings.serial if isinstance(findings, Certificate) else clip(findings.run, 60),
        certificate=isinstance(findings, Certificate),
        level=int(findings.level) if isinstance(findings, Certificate) else None,
        level_words=f"Assurance level {int(findings.level)} of 3" if isinstance(findings, Certificate) else "",
        development=findings.development,
        dense=bool(_exceptions(findings) or languages_tested(found) or behind),
        model=clip(findings.model.name, 120),
        identity=wording.groups(findings.model.identity),
        model_facts=_model_facts(findings),
        because=_because(findings) if behind else "",
        reasons=tuple(_reason(rule) for rule in behind[:REASONS_SHOWN]),
        more_reasons=clip(", ".join(clip(rule.id, 24) for rule in behind[REASONS_SHOWN:]), 400),
        panels=_panels(findings, found, thresholds_of(policy or {}, findings.rules)),
        facts=_facts(findings, found),
        not_checked=not_checked(findings, found),
        command=_command(findings),
        status_location=findings.status_location if isinstance(findings, Certificate) else "",
        evidence=annex.evidence_rows(findings.evidence),
        rules=annex.rule_rows(findings.rules),
        clauses=clause_rows(findings.clauses),
        clauses_caption=clauses_caption(findings.clauses, findings.decided_at),
        policy=f"{findings.policy.id} {findings.policy.version}, sha256 {findings.policy.sha256}",
        configuration=annex.configuration_rows(findings.model, findings.configuration),
        further=_further(findings),
        families=annex.family_rows(found),
        limits=(*findings.caveats, *annex.STANDING_LIMITS),
        declared_by=clip(findings.declaration.owner, 90) if findings.declaration else "",
        declaration=annex.declaration_rows(findings.declaration),
    )


def _title(findings: Findings) -> str:
    if isinstance(findings, ScreeningReport):
        return "Screening report — not a certificate"
    return wording.TITLES[findings.level]


def _policy_name(findings: Findings) -> str:
    return clip(f"policy {findings.policy.id} {findings.policy.version}", 90)


def _verdict(findings: Findings) -> Mark:
    if isinstance(findings, ScreeningReport):
        return wording.VERDICT_MARKS[findings.verdict]
    return Mark("✓", "Self-declared" if findings.level is Level.SELF_DECLARED else "Certified", "good")


def _verdict_text(findings: Findings) -> str:
    if isinstance(findings, ScreeningReport):
        word = "Not issued" if findings.not_issued else wording.VERDICT_MARKS[findings.verdict].word
        count = len(_behind(findings)) if findings.verdict == Verdict.REFUSED else 0
        told = f": {not_met_words(_behind(findings), 'required')}" if count else ""
        return f"{word} under {_policy_name(findings)}{told}"
    waived = len(_waived(findings))
    exception = f", {counted(waived, 'rule')} waived" if waived else ""
    if findings.level is Level.SELF_DECLARED:
        return f"Meets {_policy_name(findings)} by its issuer’s own account{exception}"
    return f"Certified under {_policy_name(findings)}{exception}"


def _behind(findings: Findings) -> tuple[RuleOutcome, ...]:
    """The required rules that kept a certificate from being issued; none where they did not."""
    if isinstance(findings, Certificate) or findings.not_issued:
        return ()
    return deciding_rules(findings.verdict, findings.rules)


def _because(findings: Findings) -> str:
    return wording.BECAUSE.get(findings.verdict, "") if isinstance(findings, ScreeningReport) else ""


def _reason(rule: RuleOutcome) -> Reason:
    return Reason(clip(rule.id, 24), clip(rule.title, 160), clip(rule.message, 240))


def _waived(findings: Findings) -> list[RuleOutcome]:
    return [rule for rule in findings.rules if rule.waiver is not None]


def _exceptions(findings: Findings) -> list[Row]:
    """What was waived, and why nothing was issued: every waived rule is named on page one, however many there are."""
    waived = _waived(findings)
    told = [clip(waived_words(rule), 200) for rule in waived[:WAIVERS_SHOWN]]
    if len(waived) == 1:
        told = [f"{told[0]}: {clip(waived[0].title, 90)}"]
    rest = ", ".join(clip(rule.id, 24) for rule in waived[WAIVERS_SHOWN:])
    rows = [Row("Waived", "; ".join(told) + (f"; and {rest}, see annex B" if rest else "") + ".")] if told else []
    if advice := advice_not_met(findings.rules):
        named = "; ".join(f"{clip(rule.id, 24)} {clip(rule.title, 90)}" for rule in advice[:ADVICE_SHOWN])
        rest = ", ".join(clip(rule.id, 24) for rule in advice[ADVICE_SHOWN:])
        rows.append(Row("Recommended, not met", clip(named + (f"; and {rest}" if rest else ""), 400) + "."))
    if isinstance(findings, ScreeningReport) and findings.not_issued:
        rows.append(Row("Not issued", clip(findings.not_issued, 300)))
    return rows


def _model_facts(findings: Findings) -> str:
    model = findings.model
    files = f"{counted(model.files, 'runtime file')}, {wording.size(model.bytes)}"
    return f"{clip(model.architecture, 80)} · {wording.weights(model.parameters)} · {files}"


def _panels(findings: Findings, results: Mapping[str, Value], thresholds: Thresholds) -> tuple[Panel, ...]:
    return tuple(
        Panel(clip(one.name, 60), clip(one.value, 24), clip(one.detail, DETAIL), chart_of(one, results, thresholds))
        for one in _leading(findings)
    )


def _leading(findings: Findings) -> tuple[Headline, ...]:
    """The numbers of page one: the first three, but after a refusal those that the refusing rules look at go first."""
    looked_at = {check for rule in _behind(findings) for value in rule.observed for check in _CHECK.findall(value)}
    first = sorted(findings.headlines, key=lambda one: check_of(one.name) not in looked_at)
    return tuple(first[:HEADLINES_SHOWN])


def _further(findings: Findings) -> tuple[Row, ...]:
    """The numbers behind the first three, in the words that page one would use, and those that it had to cut short."""
    shown = _leading(findings)
    told = [one for one in findings.headlines if one not in shown or len(" ".join(one.detail.split())) > DETAIL]
    return tuple(Row(clip(one.name, 90), clip(f"{one.value}; {one.detail}", 900)) for one in told)


def _facts(findings: Findings, results: Mapping[str, Value]) -> tuple[Row, ...]:
    attempts = findings.attempts
    tried = f"{attempts.number} of {attempts.total} in this log"
    tried += "." if attempts.excludable else "; earlier attempts cannot be excluded."
    rows = [
        Row("Tested configuration", wording.configuration_sentence(findings.configuration)),
        *([Row("Tested in", f"{languages}.")] if (languages := clip(languages_tested(results), 200)) else []),
        Row("Training data seen", wording.data_sentence(findings.data_examined, findings.datasets)),
        Row("Attempt", f"{tried} Seed {wording.SEED_WORDS[findings.entropy]}."),
        *_exceptions(findings),
    ]
    if isinstance(findings, Certificate):
        until = f"{wording.long_date(findings.valid_from)} until {wording.long_date(findings.valid_until)}"
        rows.append(Row("Who says so", f"{_issuer_key(findings)}{wording.INDEPENDENCE[findings.level]}"))
        rows.append(Row("Valid", f"{until}, unless withdrawn earlier. Decided {wording.minute(findings.decided_at)}."))
    else:
        rows.append(Row("Decided", f"{wording.minute(findings.decided_at)}; log entry {findings.log_index}."))
    return tuple(rows)


def _issuer_key(findings: Findings) -> str:
    """The key behind the decision, which is the issuer's."""
    keys = [one.keyid for one in findings.evidence if one.kind == "decision"]
    return f"{clip(findings.issuer, 60)}, {annex.key_words(keys[0])}. " if keys else ""


def not_checked(findings: Findings, results: Mapping[str, Value] | None = None) -> tuple[str, ...]:
    """What this document does not say, gravest first; stands on page one."""
    scan = (results or {}).get("corpus-scan")
    own = [f"{clip(one.check, 40)}: {clip(one.reason, 90)}" for one in findings.not_checked]
    if len(own) > NOT_CHECKED_SHOWN:
        more = len(own) - NOT_CHECKED_SHOWN + 1
        own = [*own[: NOT_CHECKED_SHOWN - 1], f"{more} more planned checks gave no result"]
    level = findings.level if isinstance(findings, Certificate) else Level.SELF_DECLARED
    left_out = unscanned_words(scan) if isinstance(scan, CorpusScanResult) else ""
    undisclosed = findings.data_examined is DataExamined.UNDISCLOSED
    serving = findings.configuration.serving
    unverified = serving is not None and serving.identity is not ServedIdentity.VERIFIED
    told = [
        (bool(left_out), f"{left_out}: not searched for published items"),
        (unverified, "That the server ran these files: endpoint identity not verified"),
        (bool(cut := _cut_off(results or {})), cut),
        (level < Level.INDEPENDENTLY_RERUN, "That the answers came from this model: the evaluator’s word, not re-run"),
        (not undisclosed, "That these weights came from the data named: the data steward’s word"),
        (undisclosed, "The training data, which is undisclosed"),
        (findings.data_examined is DataExamined.NAMED, "What stands in the training data, which was not searched"),
        (True, f"{'Attempts' if undisclosed else 'Training data nobody declared, and attempts'} outside this log"),
        (True, "Other configurations, quantisations, prompts or fine-tunings of the model"),
        (bool(gaps := gap_words(findings.clauses)), f"{gaps}: see annex B"),
        (True, "What the policy does not ask, such as safety, fairness, privacy or security"),
    ]
    return (*own, *(text for holds, text in told if holds))


def _cut_off(results: Mapping[str, Value]) -> str:
    """Answers that were cut off or unreadable, the checks with most of them first; empty where they hardly matter."""
    found = sorted(incomplete_answers(results), key=lambda one: -one.truncated - one.unreadable)
    told = [f"{clip(one.check, 40)} {one.words()}" for one in found[:CUT_OFF_SHOWN]]
    rest = f"; and {counted(len(found) - CUT_OFF_SHOWN, 'more check')}, see annex D" if found[CUT_OFF_SHOWN:] else ""
    return f"Answers cut off or unreadable, counted as not right: {'; '.join(told)}{rest}" if told else ""


def _command(findings: Findings) -> str:
    if isinstance(findings, Certificate):
        return f"certify verify {findings.serial}.pdf --model DIR --trust FILE"
    return f"certify show {clip(findings.run, 60)}"
