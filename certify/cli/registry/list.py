"""``certify registry list``: the certificates it holds."""

from __future__ import annotations

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json
from certify.counting import counted
from certify.errors import ExitCode


def list_certificates(context: typer.Context, json: Json = False) -> int:
    """List the registry's certificates and how they stand."""
    from certify.pipeline.workspace import Workspace

    with Workspace.open(Context.home(context)).reading() as registry:
        rows = [
            {"serial": row.serial, "model": row.model_identity, "logIndex": row.log_index,
             "standing": registry.standing(row.serial).standing.value}
            for row in registry.certificates()
        ]  # fmt: skip
    if json:
        emit_json("registry", {"certificates": rows})
    else:
        for row in rows:
            emit(f"{row['serial']}  {row['standing']:<10} model {str(row['model'])[:16]}  log entry {row['logIndex']}")
        emit(counted(len(rows), "certificate"))
    return int(ExitCode.POSITIVE)
