"""``certify handoff export``: what a reviewer elsewhere needs, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode
from certify.pipeline.handoff_words import ReviewerRole


def export(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="The run.")],
    reviewer: Annotated[ReviewerRole, typer.Option("--for", help="Who is to look at it.")],
    out: Annotated[Path, typer.Option(help="Archive (a name ending in .zip), or a new folder.")],
    json: Json = False,
) -> int:
    """Write the statements a reviewer needs, with instructions: no key, no model, no answer text."""
    from certify.pipeline.handoff import parcel_for, write_parcel
    from certify.pipeline.workspace import Workspace

    workspace = Workspace.open(Context.home(context))
    files = parcel_for(workspace, workspace.run_folder(run), reviewer)
    write_parcel(files, out)
    if json:
        emit_json("handoff", {"run": run, "for": reviewer, "out": str(out), "files": sorted(files)})
        return int(ExitCode.POSITIVE)
    emit(f"{out} holds {len(files)} files for the {reviewer}; README.md says what to do with them.")
    fields([("trust file", f"{workspace.trust.name}"), ("fingerprint", workspace.trust.short_fingerprint)], indent=0)
    emit("Tell the reviewer the fingerprint another way than you send the files.")
    next_step(f"certify --home {workspace.home} handoff import FILE", "when the answer is back")
    return int(ExitCode.POSITIVE)
