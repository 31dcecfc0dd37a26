"""``certify registry snapshot``: signed lists of what was withdrawn, for readers without a connection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode


def snapshot(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder to write to; made if it is not there.")],
    next_update: Annotated[float, typer.Option(min=0.1, metavar="HOURS", help="Until the next lists are due.")] = 24.0,
    json: Json = False,
) -> int:
    """Write signed lists of what was withdrawn, for readers without a connection.

    One file for certify, and one W3C status credential for each kind of withdrawal.
    """
    from certify.pipeline.listing import write_status_lists
    from certify.pipeline.workspace import Workspace

    made = write_status_lists(Workspace.open(Context.home(context), ask=ask_passphrase), out, hours=next_update)
    if json:
        emit_json("registry", {"statusLists": str(made.path), "size": made.size, "withdrawn": made.withdrawn,
                               "validFrom": made.valid_from, "validUntil": made.valid_until})  # fmt: skip
        return int(ExitCode.POSITIVE)
    fields(
        [
            ("lists", str(made.path)),
            ("log entries", f"{made.size:,}"),
            ("made", made.valid_from),
            ("next due", made.valid_until),
            *((name, f"{count:,}") for name, count in made.withdrawn.items()),
        ],
        indent=0,
    )
    emit()
    emit("The credentials beside it have the form that other verifiers read; they are not signed themselves.")
    next_step(f"certify verify CERT --status-list {made.path}", "what a reader without a connection does")
    return int(ExitCode.POSITIVE)
