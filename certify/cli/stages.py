"""What the verbs of single stages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from certify.cli.options import Context, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode
from certify.pipeline.request import Stage

if TYPE_CHECKING:
    from certify.evidence.decision import Decision
    from certify.pipeline.files import RunFolder

EXIT_CODES = {
    "certified": ExitCode.POSITIVE,
    "refused": ExitCode.NEGATIVE,
    "inconclusive": ExitCode.INCOMPLETE,
    "incomplete": ExitCode.INCOMPLETE,
    "awaiting_approval": ExitCode.INCOMPLETE,
}
"""What a policy's verdict is to a script."""

NEXT = {Stage.PLAN: "check", Stage.CHECK: "decide", Stage.DECIDE: "issue"}
DONE = {
    Stage.PLAN: "The plan is signed and logged; no question has been drawn yet.",
    Stage.CHECK: "The questions are answered and judged; the evaluation is signed and logged.",
    Stage.DECIDE: "The policy has decided; the decision is signed and logged.",
}


def carry(context: typer.Context, run: str, stage: Stage, json: bool) -> int:
    """Carries a run up to a stage and tells what comes next."""
    from certify.pipeline.main import continue_run
    from certify.pipeline.workspace import Workspace

    home = Context.home(context)
    workspace = Workspace.open(home, ask=ask_passphrase)
    folder = workspace.run_folder(run)
    reporter = TerminalReporter()
    try:
        continue_run(workspace, folder, reporter, upto=stage)
    finally:
        reporter.close()
    if stage is Stage.ISSUE:
        from certify.cli.summary import print_outcome
        from certify.pipeline.main import outcome_of

        outcome = outcome_of(folder)
        print_outcome(workspace, outcome, json)
        return int(EXIT_CODES[outcome.verdict])
    verdict = decision_in(folder).verdict.value if stage is Stage.DECIDE else None
    tell(str(home), run, stage, json, verdict)
    return int(EXIT_CODES[verdict] if verdict else ExitCode.POSITIVE)


def decision_in(folder: RunFolder) -> Decision:
    """The decision a run has come to."""
    from certify.trust.bundle import parse_bundle, statement_of
    from certify.trust.summary import decision_of

    return decision_of(statement_of(parse_bundle(folder.file("decision.bundle.json").read_bytes())))


def tell(
    home: str,
    run: str,
    stage: Stage,
    json: bool,
    verdict: str | None = None,
    more: dict[str, Any] | None = None,
) -> None:
    """Says what has been done and names the next command; ``more`` goes into the JSON document."""
    if json:
        found = {**({"verdict": verdict} if verdict else {}), **(more or {})}
        emit_json(stage.value, {"run": run, "done": stage.value, **found, "next": NEXT[stage]})
        return
    emit(DONE[stage])
    if verdict:
        emit(f"verdict: {verdict}", "pass" if verdict == "certified" else "fail")
    emit(f"run: {run}")
    next_step(f"certify --home {home} {NEXT[stage]} {run}")
