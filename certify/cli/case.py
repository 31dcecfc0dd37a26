"""A decision as its approvers see it: model, verdict, numbers, waivers and caveats, each verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from certify.cli.render import emit, fields, next_step, paragraph
from certify.cli.results import print_headlines, print_rules
from certify.cli.summary import VERDICTS
from certify.evidence.certificate import AttemptCount
from certify.evidence.contamination import data_seen
from certify.verify.words.caveats import caveats, data_words, waived_words
from certify.verify.words.headlines import headlines

if TYPE_CHECKING:
    from certify.pipeline.case import Case
    from certify.pipeline.workspace import Workspace
    from certify.verify.approvals import Approvals
    from certify.verify.evidence import EvidenceSet


def print_case(case: Case, *, development: bool) -> None:
    """Prints what an approver decides about; what is not at hand is said, too."""
    decision = case.decision.value
    subject = case.decision.statement.subject[0]
    fields(
        [
            ("run", case.name),
            ("model", subject.name),
            ("identity", subject.digest.sha256),
            ("policy", f"{decision.policy.id} {decision.policy.version}, digest {decision.policy.sha256[:16]}"),
            ("verdict", f"{decision.verdict}, decided {decision.decided_at} by {case.decision.party}"),
            ("decision", case.decision.payload_sha256),
            *_evidence_rows(case.evidence),
            *(("waived", f"{waived_words(rule)}: {rule.title}") for rule in decision.rules if rule.waiver is not None),
        ]
    )
    emit()
    if case.evidence is not None:
        results = case.evidence.evaluation.value.results()
        print_headlines(headlines(results))
    print_rules(decision.rules)
    for finding in decision.waiver_findings or ():
        paragraph(f"- waiver of {finding.rule} not used: {finding.message}", indent=2)
    emit()
    emit("know before you approve:")
    for text in _caveats(case, development=development):
        paragraph(f"- {text}", indent=2)


def _evidence_rows(evidence: EvidenceSet | None) -> list[tuple[str, str]]:
    if evidence is None:
        return []
    plan, evaluation = evidence.plan.value, evidence.evaluation.value
    rows = [
        ("tested by", evidence.evaluation.party),
        ("data seen", data_words(data_seen(plan.data_examined, evaluation.results()))),
        ("attempt", str(evaluation.attempts.number)),
    ]
    if evidence.declaration is not None:
        declared = evidence.declaration.value
        rows.append(("for", f"{declared.intended_use} (declared by {declared.owner})"))
    return rows


def _caveats(case: Case, *, development: bool) -> tuple[str, ...]:
    if case.evidence is None:
        return ("Only the decision is at hand; the evidence it rests on was not looked at.",)
    plan, evaluation = case.evidence.plan.value, case.evidence.evaluation.value
    counted, results = evaluation.attempts, evaluation.results()
    return (
        *(f"{gap.check} gave no result: {gap.reason}" for gap in evaluation.not_run),
        *caveats(
            results,
            data_examined=data_seen(plan.data_examined, results),
            entropy=plan.entropy.kind,
            attempts=AttemptCount(number=counted.number, total=counted.number, excludable=counted.excludable),
            development=development,
            datasets=plan.datasets,
            rules=case.decision.value.rules,
            serving=evaluation.configuration.serving,
        ),
    )


def case_of(workspace: Workspace, run: str) -> tuple[Case, Approvals]:
    """A run's decision with its evidence, and what its approvers have said."""
    from certify.pipeline.approving import approvals_of
    from certify.pipeline.case import DECISION, read_case

    folder = workspace.run_folder(run)
    case = read_case(folder.file(DECISION), run, workspace.trust)
    return case, approvals_of(workspace, folder, case)


def print_waiting(workspace: Workspace, run: str) -> None:
    """Prints what a run waits for and what comes next."""
    case, approvals = case_of(workspace, run)
    emit()
    emit(VERDICTS["awaiting_approval"], "warn")
    print_case(case, development=workspace.development)
    emit()
    fields([("approvals", approvals.words())])
    next_step(
        f"certify --home {workspace.home} approve {run} --key KEY", "each approver; for one elsewhere: handoff export"
    )


def waiting_document(workspace: Workspace, run: str) -> dict[str, Any]:
    """The JSON form of what a run waits for."""
    _, approvals = case_of(workspace, run)
    return {"given": len(approvals.given), "needed": approvals.needed}
