"""What a run or a certificate found, as a terminal shows it: page one's top third first, in the same words."""

from __future__ import annotations

from collections.abc import Mapping

from certify.cli.render import emit, fields, paragraph
from certify.cli.results import print_clauses, print_headlines, print_rules
from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, Findings, ScreeningReport
from certify.evidence.model import ServedIdentity, Serving
from certify.page.answers import top_third
from certify.page.unchecked import not_checked
from certify.verify.words.caveats import waived_words


def print_findings(findings: Findings, at: str | None = None, results: Mapping[str, Value] | None = None) -> None:
    """Prints the summary: the top third of page one in its own words, then particulars, numbers, rules and limits.

    Args:
        findings: what was signed.
        at: the day, ``2028-01-01``, for which the force of clauses is told; the day of the decision when None.
        results: check id to typed result; tells of data that was not searched and of answers that were cut off.
    """
    if findings.development:
        emit("DEVELOPMENT KEYS: a demonstration, never to be relied on.", "warn")
    emit()
    _print_top(findings, results)
    emit()
    fields(_particulars(findings))
    emit()
    print_headlines(findings.headlines)
    print_rules(findings.rules)
    emit()
    _print_limits(findings, results)
    print_clauses(findings.clauses or (), at or findings.decided_at[:10])


def _print_limits(findings: Findings, results: Mapping[str, Value] | None) -> None:
    """What page one lists as not checked, then the signed caveats."""
    emit("not checked:")
    if isinstance(findings, Certificate | ScreeningReport):
        for text in not_checked(findings, results):
            paragraph(f"- {text}", indent=2)
    emit()
    emit("what to know before relying on it:")
    for text in findings.caveats:
        paragraph(f"- {text}", indent=2)


def _print_top(findings: Findings, results: Mapping[str, Value] | None) -> None:
    """What a reader asks first, as page one says it."""
    if not isinstance(findings, Certificate | ScreeningReport):
        return
    top = top_third(findings, results)
    rows = [(row.label, row.text) for row in top.answers]
    rows += [(one.value, f"{one.name}: {one.bounds}") for one in top.numbers]
    fields([*rows, (top.unchecked.label, top.unchecked.text)])


def _particulars(findings: Findings) -> list[tuple[str, str]]:
    """Names, digests and settings: what an auditor looks for."""
    configuration, model = findings.configuration, findings.model
    quantised = "" if configuration.quantisation == "none" else f"quantised {configuration.quantisation}, "
    rows = [("model", f"{model.name} ({model.parameters:,} weights)"), ("identity", model.identity)]
    if isinstance(findings, Certificate):
        rows = [
            ("serial", findings.serial),
            *rows,
            ("valid", f"{findings.valid_from} to {findings.valid_until}"),
            ("surveillance", findings.next_surveillance or "none asked by the policy"),
        ]
        if findings.renewal is not None:
            rows.append(("renews", f"{findings.renewal.serial}; tested anew, {_taken_over(findings)} taken over"))
    rows += [
        (
            "tested as",
            f"{configuration.engine}, {configuration.dtype}, {quantised}{configuration.device}, "
            "other settings not covered",
        ),
        *served_rows(configuration.serving),
        ("policy", f"{findings.policy.id} {findings.policy.version}"),
        ("attempt", f"{findings.attempts.number} of {findings.attempts.total} in this log"),
        *(("waived", f"{waived_words(rule)}: {rule.title}") for rule in findings.rules if rule.waiver is not None),
    ]
    approvers = sorted(one.party for one in findings.evidence if one.kind == "approval")
    if approvers and isinstance(findings, Certificate):
        rows.append(("approved by", ", ".join(approvers)))
    return rows


def _taken_over(certificate: Certificate) -> str:
    """The kinds of statements that a renewal rests on as the former certificate did."""
    reused = certificate.renewal.reused if certificate.renewal else ()
    return " and ".join(one.kind for one in certificate.evidence if one.payload_sha256 in reused) or "nothing"


def served_rows(serving: Serving | None) -> list[tuple[str, str]]:
    """What is known of the server that answered, if one did."""
    if serving is None:
        return []
    if serving.identity is ServedIdentity.VERIFIED:
        return [("server", f"started by certify on these files: {serving.command or serving.software}")]
    return [("server", f"{serving.endpoint}: endpoint identity not verified")]
