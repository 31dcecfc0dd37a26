"""``certify handoff import``: what reviewers signed, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import checklist, emit, emit_json, next_step
from certify.errors import ExitCode, UsageError


def bring(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Signed answer, or a folder or archive of several.")],
    json: Json = False,
) -> int:
    """Take back signed approvals, waivers and witness answers; each is verified before any is kept."""
    from certify.pipeline.parcel import read_parcel
    from certify.pipeline.returning import take_back
    from certify.pipeline.workspace import Workspace

    workspace = Workspace.open(Context.home(context))
    taken, passed = take_back(workspace, read_parcel(file))
    if not taken:
        raise UsageError(
            "CERT-E108",
            f"{file} holds no approval, waiver or witness answer",
            "nothing was kept",
            "ask the reviewer for the file that `certify approve` or `certify plan answer` wrote",
        )
    if json:
        kept = [{"kind": one.kind, "by": one.by, "file": str(one.path)} for one in taken]
        emit_json("handoff", {"taken": kept, "passedOver": passed})
        return int(ExitCode.POSITIVE)
    checklist([("pass", one.kind, f"by {one.by}, kept as {one.path}") for one in taken])
    for name in passed:
        emit(f"passed over: {name[:100]}")
    runs = sorted({one.path.parent.parent.name for one in taken if one.kind == "approval"})
    if runs:
        next_step(f"certify --home {workspace.home} issue {runs[0]}")
    else:
        next_step("the command that started the run, again")
    return int(ExitCode.POSITIVE)
