"""``certify registry show``: the log, its key, its newest checkpoint."""

from __future__ import annotations

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields
from certify.errors import ExitCode


def show(context: typer.Context, json: Json = False) -> int:
    """Show the log: its name, its key, its newest checkpoint."""
    from certify.pipeline.workspace import Workspace

    with Workspace.open(Context.home(context)).reading() as registry:
        facts = {
            "origin": registry.origin,
            "vkey": registry.vkey,
            "size": registry.size,
            "checkpoint": registry.checkpoint(),
        }
    if json:
        emit_json("registry", facts)
    else:
        fields([("log", str(facts["origin"])), ("key", str(facts["vkey"])), ("entries", str(facts["size"]))], indent=0)
        emit()
        emit(str(facts["checkpoint"]))
    return int(ExitCode.POSITIVE)
