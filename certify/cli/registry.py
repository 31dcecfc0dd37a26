"""``certify registry``: the embedded registry."""

from __future__ import annotations

from dataclasses import asdict

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import checklist, emit, emit_json, fields
from certify.errors import ExitCode

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Inspect and check the embedded registry.")


@app.command("show")
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


@app.command("list")
def list_certificates(context: typer.Context, json: Json = False) -> int:
    """List the certificates it holds and how they stand."""
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
        emit(f"{len(rows)} certificate{'' if len(rows) == 1 else 's'}")
    return int(ExitCode.POSITIVE)


@app.command("fsck")
def fsck(context: typer.Context, json: Json = False) -> int:
    """Re-derive every hash, tile and index; name everything that is not as it was written."""
    from certify.pipeline.clock import now
    from certify.pipeline.workspace import Workspace

    with Workspace.open(Context.home(context), ask=ask_passphrase).reading() as registry:
        found = registry.fsck(now())
    if json:
        emit_json("registry", {"findings": [asdict(finding) for finding in found]})
    else:
        checklist([("fail", f"{finding.part} {finding.where}", finding.problem) for finding in found])
        emit(
            f"{len(found)} finding{'' if len(found) == 1 else 's'}" if found else "Everything is as it was written.",
            "fail" if found else "pass",
        )
    return int(ExitCode.NEGATIVE if found else ExitCode.POSITIVE)
