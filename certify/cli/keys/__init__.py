"""``certify keys``: signing keys, in files and elsewhere."""

from __future__ import annotations

import typer

from certify.cli.keys.authority import authority
from certify.cli.keys.chain import chain
from certify.cli.keys.export import export
from certify.cli.keys.list import list_keys
from certify.cli.keys.make import make
from certify.cli.keys.revoke import revoke
from certify.cli.keys.rotate import rotate
from certify.cli.keys.show import show
from certify.cli.keys.use import use

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make, list, rotate and revoke signing keys.")
app.command("make")(make)
app.command("list")(list_keys)
app.command("show")(show)
app.command("export")(export)
app.command("use")(use)
app.command("rotate")(rotate)
app.command("revoke")(revoke)
app.command("authority")(authority)
app.command("chain")(chain)
