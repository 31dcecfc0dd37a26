"""``certify registry export``: the whole registry as a folder of plain files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json, next_step
from certify.counting import counted
from certify.errors import ExitCode


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the copy.")],
    final: Annotated[
        bool, typer.Option("--final", help="Hand the log over: this registry signs nothing from now on.")
    ] = False,
    json: Json = False,
) -> int:
    """Copy the whole registry into a folder; with --final it goes on from there, and here no more."""
    from certify.pipeline.clock import now
    from certify.pipeline.workspace import Workspace
    from certify_registry.moving.exporting import export as export_registry

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    with workspace.writing() if final else workspace.reading() as registry:
        described = export_registry(registry, folder, now(), final=final)
    if json:
        emit_json("registry", {"folder": str(folder), **described.document()})
        return int(ExitCode.POSITIVE)
    emit(f"{described.origin}: {counted(described.size, 'entry', 'entries')} copied to {folder}.", "pass")
    if final:
        next_step(
            f"certify registry import {folder} --to postgresql://... --objects s3://...",
            "this registry signs nothing any more",
        )
    return int(ExitCode.POSITIVE)
