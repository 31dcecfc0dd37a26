"""``certify trust``: trust files, which say whose signatures count for what."""

from __future__ import annotations

import typer

from certify.cli.trust.export import export
from certify.cli.trust.install import install
from certify.cli.trust.make import make
from certify.cli.trust.show import show
from certify.cli.trust.sign import sign
from certify.cli.trust.timestamp import timestamp
from certify.cli.trust.update import update
from certify.cli.trust.use import use
from certify.cli.trust.witness import witness

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Make, sign and read trust files: who may sign what."
)
app.command("show")(show)
app.command("export")(export)
app.command("use")(use)
app.command("update")(update)
app.command("make")(make)
app.command("timestamp")(timestamp)
app.command("sign")(sign)
app.command("install")(install)
app.command("witness")(witness)
