"""``certify model``: clean model folders and their identity."""

from __future__ import annotations

import typer

from certify.cli.model.describe import describe
from certify.cli.model.digest import digest
from certify.cli.model.prepare import prepare

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Make a clean model folder, or print a model's identity."
)
app.command("prepare")(prepare)
app.command("digest")(digest)
app.command("describe")(describe)
