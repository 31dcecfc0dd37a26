"""What stands on a certificate's pages, as plain strings in reading order.

A pure function of the signed values: whoever holds the attached bundle can build the same page again. The certificate,
the full report beside it, ``certify show`` and the registry's pages print parts of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from certify.evidence.base import Value
from certify.evidence.certificate import Certificate
from certify.page import annex, wording
from certify.page.annex import EvidenceRow, RuleRow
from certify.page.answers import answers, unchecked_words
from certify.page.clause_rows import ClauseRow, clause_rows, clauses_caption
from certify.page.contamination import Contamination, contamination_of
from certify.page.drop import Drop, drop_of
from certify.page.facts import facts, model_facts, particulars
from certify.page.families import FamilyRow, family_rows
from certify.page.numbers import Panel, further_of, numbers_of, panels_of
from certify.page.provenance import Provenance, provenance_of
from certify.page.row import Row
from certify.page.sizes import Behind, behind_rule
from certify.page.thresholds import thresholds_of
from certify.page.unchecked import not_checked
from certify.page.verdict import (
    Findings,
    Reason,
    because_of,
    behind_verdict,
    reasons_of,
    title_of,
    verdict_of,
    verdict_text,
)
from certify.page.wording import Mark, clip

__all__ = ["Findings", "Page", "Panel", "Reason", "not_checked", "page_of"]


class Page(NamedTuple):
    """Everything the templates print, in order; no markup anywhere."""

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
    model: str
    """The model's name."""
    model_facts: str
    """Version, architecture and size."""
    identity: tuple[str, ...]
    """Identity digest in groups, two even lines."""
    answers: tuple[Row, ...]
    """Top third: may I use it, for what, until when, who says so, data seen."""
    panels: tuple[Panel, ...]
    """The three headline numbers; short in the top third, with their pictures below."""
    unchecked: str
    """Top third: the gravest of what was not checked."""
    because: str
    """What heads the next rows; empty where nothing was refused."""
    reasons: tuple[Reason, ...]
    """The rules behind a refusal."""
    behind: tuple[Behind, ...]
    """For each of them, what failed and what size would decide."""
    remedies: tuple[str, ...]
    """For each of them, what its policy advises to do."""
    particulars: tuple[Row, ...]
    """Issuer, validity, next surveillance."""
    policy_name: str
    """Id and version of the policy."""
    policy_digest: tuple[str, ...]
    """Its digest in groups, two even lines."""
    drop: Drop | None
    """Fresh against static, where both were asked."""
    contamination: Contamination
    """Verdict of the tests of contamination, with their power."""
    provenance: Provenance
    """Sources signed for and searched."""
    facts: tuple[Row, ...]
    """Configuration, languages, attempt and seed, waivers and other exceptions."""
    not_checked: tuple[str, ...]
    """What nobody should read into it; page one."""
    command: str
    """How to check it."""
    status_location: str
    """Where its present standing is; empty for a screening report."""
    report_name: str
    """File with the full report, which lies beside the document."""
    evidence: tuple[EvidenceRow, ...]
    """The signed statements."""
    signers: tuple[Row, ...]
    """The same by kind, for pages with no room for each."""
    rules: tuple[RuleRow, ...]
    """Rule by rule."""
    clauses: tuple[ClauseRow, ...]
    """The clauses the policy is about; none where it lists none."""
    clauses_caption: str
    """What heads them."""
    policy: str
    """Id, version and digest of the policy."""
    configuration: tuple[Row, ...]
    """Exact run settings."""
    further: tuple[Row, ...]
    """Numbers that page one has no room for."""
    numbers: tuple[Row, ...]
    """Every number with all that is said of it."""
    families: tuple[FamilyRow, ...]
    """Families of fresh problems with their floors."""
    caveats: tuple[str, ...]
    """What a reader must know, in the signed words."""
    standing: tuple[str, ...]
    """What no document of this kind says."""
    limits: tuple[str, ...]
    """The caveats, then what no document of this kind says."""
    declared_by: str
    """Who declares the next rows; empty where nobody does."""
    declaration: tuple[Row, ...]
    """The owner's words, not tested."""


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
    return Page(**_top(findings, found, policy or {}), **_below(findings, found), **_rest(findings, found))


def _top(findings: Findings, results: Mapping[str, Value], policy: Mapping[str, Any]) -> dict[str, Any]:
    """The head of page one and its top third, with the reasons of a refusal."""
    level = int(findings.level) if isinstance(findings, Certificate) else None
    thresholds = thresholds_of(policy, findings.rules)
    reasons = reasons_of(findings)
    return {
        "title": title_of(findings),
        "verdict": verdict_of(findings),
        "verdict_text": verdict_text(findings),
        "issuer": clip(findings.issuer, 80),
        "serial": findings.serial if isinstance(findings, Certificate) else clip(findings.run, 60),
        "certificate": isinstance(findings, Certificate),
        "level": level,
        "level_words": "" if level is None else f"Assurance level {level} of 3",
        "development": findings.development,
        "model": clip(findings.model.name, 120),
        "model_facts": model_facts(findings),
        "identity": wording.groups(findings.model.identity),
        "answers": answers(findings),
        "panels": panels_of(findings, results, thresholds),
        "unchecked": unchecked_words(findings, results),
        "because": because_of(findings),
        "reasons": reasons,
        "behind": tuple(behind_rule(rule, results, thresholds) for rule in behind_verdict(findings)),
        "remedies": tuple(clip(rule.remedy, 300) for rule in behind_verdict(findings)),
    }


def _below(findings: Findings, results: Mapping[str, Value]) -> dict[str, Any]:
    """The fixed order of page one."""
    return {
        "particulars": particulars(findings),
        "policy_name": clip(f"{findings.policy.id} {findings.policy.version}", 80),
        "policy_digest": wording.groups(findings.policy.sha256),
        "drop": drop_of(results),
        "contamination": contamination_of(results),
        "provenance": provenance_of(findings, results),
        "facts": facts(findings, results),
        "not_checked": not_checked(findings, results),
        "command": _command(findings),
        "status_location": findings.status_location if isinstance(findings, Certificate) else "",
        "report_name": report_name(findings),
    }


def _rest(findings: Findings, results: Mapping[str, Value]) -> dict[str, Any]:
    """What the annex shows in short and the report in full."""
    return {
        "evidence": annex.evidence_rows(findings.evidence),
        "signers": annex.signer_rows(findings.evidence),
        "rules": annex.rule_rows(findings.rules),
        "clauses": clause_rows(findings.clauses),
        "clauses_caption": clauses_caption(findings.clauses, findings.decided_at),
        "policy": f"{findings.policy.id} {findings.policy.version}, sha256 {findings.policy.sha256}",
        "configuration": annex.configuration_rows(findings.model, findings.configuration),
        "further": further_of(findings),
        "numbers": numbers_of(findings),
        "families": family_rows(results),
        "caveats": findings.caveats,
        "standing": annex.STANDING_LIMITS,
        "limits": (*findings.caveats, *annex.STANDING_LIMITS),
        "declared_by": clip(findings.declaration.owner, 90) if findings.declaration else "",
        "declaration": annex.declaration_rows(findings.declaration),
    }


def report_name(findings: Findings) -> str:
    """Name of the file with the full report."""
    return f"{findings.serial}.report.pdf" if isinstance(findings, Certificate) else "screening.report.pdf"


def _command(findings: Findings) -> str:
    if isinstance(findings, Certificate):
        return f"certify verify {findings.serial}.pdf --model DIR --trust FILE"
    return f"certify show {clip(findings.run, 60)}"
