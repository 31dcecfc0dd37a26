"""``certify keys chain``: the issuer's certificate from an organisation's own authority."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.keys.authority import tell_chain
from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json
from certify.errors import ExitCode, UsageError


def chain(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.pem", help="The issuer's certificate first, its root last.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Go back to a self-issued certificate.")] = False,
    json: Json = False,
) -> int:
    """Take the X.509 certificates that your own authority issued for the issuer's key; the PDF then carries them."""
    from certify.files import read_file
    from certify.pipeline.workspace import Workspace
    from certify.pipeline.x509_setup import drop_chain, take_chain, utc_now

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    if off == (file is not None):
        raise UsageError("CERT-E011", "name a file, or --off", hint="certify keys chain FILE.pem")
    if file is not None:
        tell_chain(take_chain(workspace, read_file(file), utc_now()), json)
        return int(ExitCode.POSITIVE)
    there = drop_chain(workspace)
    if json:
        emit_json("keys", {"certificates": [], "dropped": there})
    else:
        emit("PDFs carry a self-issued certificate from now on." if there else "There were none; nothing has changed.")
    return int(ExitCode.POSITIVE)
