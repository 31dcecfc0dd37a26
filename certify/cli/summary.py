"""What a run or a certificate comes to, for someone who has to decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from certify.cli.outlook import print_outlook
from certify.cli.render import emit, emit_json, fields, headline, next_step, paragraph
from certify.cli.results import print_clauses, print_headlines, print_rules
from certify.counting import counted
from certify.evidence.certificate import Certificate, Findings, Level, ScreeningReport
from certify.evidence.decision import RuleOutcome, Verdict
from certify.evidence.model import ServedIdentity, Serving
from certify.verify.words.caveats import data_words, digest_words, waived_words
from certify.verify.words.rules import advice_not_met, deciding_rules, not_met_words

if TYPE_CHECKING:
    from certify.pipeline.estimating import Estimation
    from certify.pipeline.request import RunOutcome, RunRequest
    from certify.pipeline.workspace import Workspace

VERDICTS = {
    "certified": "CERTIFIED: every required rule of the policy is met.",
    "refused": "REFUSED: {required}. There is no certificate.",
    "inconclusive": "INCONCLUSIVE: the evidence neither meets nor fails {required}. There is no certificate.",
    "incomplete": "INCOMPLETE: evidence is lacking for {required}. There is no certificate.",
    "awaiting_approval": "AWAITING APPROVAL: the policy certifies; no certificate until approvers agree.",
}
LEVELS = {
    0: "L0, self-declared: one party holds every role, or chose the seed",
    1: "L1, issuer-run: issuer, evaluator and data steward are different parties",
    2: "L2, independently re-run",
    3: "L3, accredited",
}


def print_outcome(workspace: Workspace, outcome: RunOutcome, json: bool) -> None:
    """Prints how a run ended and what comes next."""
    if json:
        emit_json("run", outcome_document(workspace, outcome))
        return
    if outcome.verdict == "awaiting_approval":
        from certify.cli.case import print_waiting

        print_waiting(workspace, outcome.run)
        return
    from certify.pipeline.main import findings_of

    findings = findings_of(workspace, outcome)
    emit()
    headline(sentence(outcome.verdict, findings), "pass" if outcome.verdict == "certified" else "fail")
    print_findings(findings)
    print_unused_waivers(workspace, outcome.run)
    emit()
    label = "certificate" if outcome.serial else "screening report, not a certificate"
    fields([(label, str(workspace.home / (outcome.pdf or ""))), ("run", outcome.run)])
    if outcome.serial:
        next_step(
            f"certify verify {workspace.home / (outcome.pdf or '')} --trust {workspace.home / 'trust.json'}",
            "as a stranger would",
        )
    else:
        next_step(f"certify --home {workspace.home} show {outcome.run}")


def print_next(workspace: Workspace, outcome: RunOutcome) -> None:
    """Prints what comes after reading a run: the check of its certificate, or what its rules ask."""
    if outcome.serial:
        next_step(f"certify --home {workspace.home} verify {outcome.serial}")
        return
    next_step(f"certify --home {workspace.home} show {outcome.run} --json", "the values behind each rule")


def print_unused_waivers(workspace: Workspace, run: str) -> None:
    """Prints the waivers that were at hand and changed nothing, each with the reason."""
    from certify.cli.stages import decision_in

    found = decision_in(workspace.run_folder(run)).waiver_findings or ()
    if found:
        emit()
        emit("waivers not used:")
    for finding in found:
        paragraph(f"- {finding.rule}, waiver {finding.payload_sha256[:16]}: {finding.message}", indent=2)


def sentence(verdict: str, findings: Findings) -> str:
    """The verdict in a sentence: the rules behind it, waivers, approvers who said no, and advice that is not met."""
    if isinstance(findings, ScreeningReport) and findings.not_issued:
        return f"NOT ISSUED: {findings.not_issued}. There is no certificate."
    waived = [rule.id for rule in findings.rules if rule.waiver is not None]
    told = VERDICTS[verdict].format(required=_behind(Verdict(verdict), findings.rules))
    if verdict == "certified" and waived:
        told = f"CERTIFIED with {', '.join(waived)} waived; every other required rule is met."
    return told + advice_words(findings)


def _behind(verdict: Verdict, rules: Sequence[RuleOutcome]) -> str:
    """The required rules behind a verdict, by number and id."""
    found = deciding_rules(verdict, rules)
    if not found:
        return "every required rule" if verdict is Verdict.INCOMPLETE else "the required rules"
    ids = ", ".join(rule.id for rule in found)
    if verdict is Verdict.REFUSED:
        return f"{not_met_words(found, 'required')}: {ids}"
    return f"{counted(len(found), 'required rule')}, {ids}"


def advice_words(findings: Findings) -> str:
    """Recommended rules that are not met, as a sentence of its own; empty where there are none."""
    found = advice_not_met(findings.rules)
    ids = ", ".join(rule.id for rule in found)
    return f" {not_met_words(found, 'recommended').capitalize()}: {ids}." if found else ""


def claim(certificate: Certificate) -> str:
    """What a certificate that nobody has verified yet says of itself, in a sentence."""
    policy = f"policy {certificate.policy.id} {certificate.policy.version}"
    waived = ", ".join(rule.id for rule in certificate.rules if rule.waiver is not None)
    own = " by its issuer's own account" if certificate.level is Level.SELF_DECLARED else ""
    met = f"with {waived} waived, every other required rule" if waived else "every required rule"
    return f"NOT VERIFIED: the document says that {met} of {policy} is met{own}.{advice_words(certificate)}"


def outcome_document(workspace: Workspace, outcome: RunOutcome) -> dict[str, Any]:
    """The JSON form of a finished run."""
    from certify.cli.stages import decision_in

    waiting: dict[str, Any] = {}
    if outcome.verdict == "awaiting_approval":
        from certify.cli.case import waiting_document

        waiting = {"approvals": waiting_document(workspace, outcome.run)}
    return {
        "verdict": outcome.verdict,
        "serial": outcome.serial,
        "certificate": str(workspace.home / outcome.certificate) if outcome.certificate else None,
        "pdf": str(workspace.home / outcome.pdf) if outcome.pdf else None,
        "run": outcome.run,
        "decision": decision_in(workspace.run_folder(outcome.run)).document(),
        **waiting,
    }


def print_findings(findings: Findings, at: str | None = None) -> None:
    """Prints the summary: use, source, independence, data, numbers, rules, what was not checked or covered.

    Args:
        findings: what was signed.
        at: the day, ``2028-01-01``, for which the force of clauses is told; the day of the decision when None.
    """
    if findings.development:
        emit("DEVELOPMENT KEYS: a demonstration, never to be relied on.", "warn")
    emit()
    fields(_facts(findings))
    emit()
    print_headlines(findings.headlines)
    print_rules(findings.rules)
    emit()
    emit("not checked:")
    missing = [f"{gap.check}: {gap.reason}" for gap in findings.not_checked]
    for text in [*missing, *findings.caveats]:
        paragraph(f"- {text}", indent=2)
    print_clauses(findings.clauses or (), at or findings.decided_at[:10])


def _taken_over(certificate: Certificate) -> str:
    """The kinds of statements that a renewal rests on as the former certificate did."""
    reused = certificate.renewal.reused if certificate.renewal else ()
    return " and ".join(one.kind for one in certificate.evidence if one.payload_sha256 in reused) or "nothing"


def _facts(findings: Findings) -> list[tuple[str, str]]:
    configuration, model = findings.configuration, findings.model
    quantised = "" if configuration.quantisation == "none" else f"quantised {configuration.quantisation}, "
    rows = [("model", f"{model.name} ({model.parameters:,} weights)"), ("identity", model.identity)]
    if isinstance(findings, Certificate):
        rows = [
            ("serial", findings.serial),
            *rows,
            ("valid", f"{findings.valid_from} to {findings.valid_until}"),
            ("issued by", findings.issuer),
            ("independence", LEVELS[int(findings.level)]),
        ]
        if findings.renewal is not None:
            rows.append(("renews", f"{findings.renewal.serial}; tested anew, {_taken_over(findings)} taken over"))
    if findings.declaration is not None:
        rows.append(("for", f"{findings.declaration.intended_use} (declared by {findings.declaration.owner})"))
    rows += [
        (
            "tested as",
            f"{configuration.engine}, {configuration.dtype}, {quantised}{configuration.device}, "
            "other settings not covered",
        ),
        *served_rows(configuration.serving),
        ("policy", f"{findings.policy.id} {findings.policy.version}"),
        ("data seen", data_words(findings.data_examined) + digest_words(findings.datasets)),
        ("attempt", f"{findings.attempts.number} of {findings.attempts.total} in this log"),
        *(("waived", f"{waived_words(rule)}: {rule.title}") for rule in findings.rules if rule.waiver is not None),
    ]
    approvers = sorted(one.party for one in findings.evidence if one.kind == "approval")
    if approvers and isinstance(findings, Certificate):
        rows.append(("approved by", ", ".join(approvers)))
    return rows


def served_rows(serving: Serving | None) -> list[tuple[str, str]]:
    """What is known of the server that answered, if one did."""
    if serving is None:
        return []
    if serving.identity is ServedIdentity.VERIFIED:
        return [("server", f"started by certify on these files: {serving.command or serving.software}")]
    return [("server", f"{serving.endpoint}: endpoint identity not verified")]


def read_outcome(workspace: Workspace, name: str) -> RunOutcome:
    """How a run of this name ended."""
    from certify.pipeline.main import outcome_of

    return outcome_of(workspace.run_folder(name))


def print_estimate(found: Estimation, request: RunRequest, json: bool, price_per_hour: float | None) -> None:
    """Prints what a run would take."""
    cost = None if price_per_hour is None else round(found.expected_hours * price_per_hour, 2)
    if json:
        emit_json("estimate", {**found.document(), "cost": cost})
        return
    emit("Nothing was logged. A pilot of a few problems suggests:")
    fields(
        [
            ("time", f"about {_duration(found.expected_hours)}, at most {_duration(found.most_hours)}"),
            ("tokens", f"about {found.expected_tokens:,}, at most {found.most_tokens:,}"),
            ("speed", f"{found.tokens_per_second:,.0f} tokens per second on {found.device}, {found.dtype}"),
            ("answers", f"{found.answers:,}"),
            ("memory", _engine_memory(found.memory_bytes)),
            ("disk", f"{found.disk_bytes / 1e9:.2f} GB"),
            ("cost", "not computed; give --price-per-hour" if cost is None else f"about {cost}"),
            ("asked as", found.prompt_style + (f", reasoning marked by {found.reasoning}" if found.reasoning else "")),
            ("decoding", found.decoding),
            ("cut off", f"{found.truncated_share:.0%} of the pilot's answers reached the token limit"),
        ]
    )
    emit()
    print_outlook(found.outlook)
    if not found.finishes:
        emit()
        paragraph(
            "The model does not finish its answers within the policy's limit; a run would stop before its plan. "
            "Use a policy with a higher max_tokens."
        )
        return
    next_step(f"certify run {request.model} --policy {request.policy}")


def _duration(hours: float) -> str:
    minutes = hours * 60
    return f"{max(1, round(minutes))} min" if minutes < 90 else f"{hours:.1f} h"


def _engine_memory(size: int) -> str:
    return f"{size / 1e9:.1f} GB for the engine" if size else "not measured: the server's own"
