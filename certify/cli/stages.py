"""What the verbs of single stages have in common."""

from __future__ import annotations

import typer

from certify.cli.options import Context, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode
from certify.pipeline.request import Stage

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
        from certify.cli.run import EXIT_CODES
        from certify.cli.summary import print_outcome
        from certify.pipeline.main import outcome_of

        outcome = outcome_of(folder)
        print_outcome(workspace, outcome, json)
        return int(EXIT_CODES[outcome.verdict])
    tell(str(home), run, stage, json)
    return int(ExitCode.POSITIVE)


def tell(home: str, run: str, stage: Stage, json: bool) -> None:
    """Says what has been done and names the next command."""
    if json:
        emit_json(stage.value, {"run": run, "done": stage.value, "next": NEXT[stage]})
        return
    emit(DONE[stage])
    emit(f"run: {run}")
    next_step(f"certify --home {home} {NEXT[stage]} {run}")
