"""``certify data``: where training data comes from."""

from __future__ import annotations

import typer

from certify.cli.data.canary import app as canary
from certify.cli.data.describe import describe
from certify.cli.data.digest import digest
from certify.cli.data.disclose import disclose
from certify.cli.data.export import export
from certify.cli.data.layout import layout
from certify.cli.data.open import open_fields
from certify.cli.data.step import step
from certify.cli.data.verify import verify

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Describe training data and record how it was made.")
app.command("describe")(describe)
app.command("export")(export)
app.command("step")(step)
app.command("digest")(digest)
app.command("layout")(layout)
app.command("verify")(verify)
app.command("disclose")(disclose)
app.command("open")(open_fields)
app.add_typer(canary, name="canary")
