"""``certify registry fsck``: whether everything is as it was written."""

from __future__ import annotations

from dataclasses import asdict

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import checklist, emit, emit_json
from certify.counting import counted
from certify.errors import ExitCode


def fsck(context: typer.Context, json: Json = False) -> int:
    """Check the whole registry: every signature, hash and file."""
    from certify.pipeline.clock import now
    from certify.pipeline.workspace import Workspace

    with Workspace.open(Context.home(context), ask=ask_passphrase).reading() as registry:
        found = registry.fsck(now())
    if json:
        emit_json("registry", {"findings": [asdict(finding) for finding in found]})
    else:
        checklist([("fail", f"{finding.part} {finding.where}", finding.problem) for finding in found])
        emit(
            counted(len(found), "finding") if found else "Everything is as it was written.",
            "fail" if found else "pass",
        )
    return int(ExitCode.NEGATIVE if found else ExitCode.POSITIVE)
