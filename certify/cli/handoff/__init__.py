"""``certify handoff``: statements to reviewers on other machines, and their answers back."""

from __future__ import annotations

import typer

from certify.cli.handoff.bring import bring
from certify.cli.handoff.export import export

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Send statements to reviewers elsewhere, take answers back.",
)
app.command("export")(export)
app.command("import")(bring)
