"""``certify registry backup``: a consistent copy, made while the registry is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.registry.export import export
from certify.cli.render import next_step


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the copy.")],
    json: Json = False,
) -> int:
    """Copy the registry as it is at one moment, while others use it.

    The lock is left out on purpose (it shows when a copy is too old).
    """
    code = export(context, folder, final=False, json=json)
    if not json:
        home = Context.home(context)
        next_step(f"certify --home {home} registry restore {folder}", "should the database ever be lost")
    return code
