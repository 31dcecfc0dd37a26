"""``certify keys``: signing keys as encrypted files."""

from __future__ import annotations

import typer

from certify.cli.keys.list import list_keys
from certify.cli.keys.make import make

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make and list signing keys.")
app.command("make")(make)
app.command("list")(list_keys)
