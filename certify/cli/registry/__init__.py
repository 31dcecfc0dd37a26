"""``certify registry``: the embedded registry."""

from __future__ import annotations

import typer

from certify.cli.registry.create import create
from certify.cli.registry.fsck import fsck
from certify.cli.registry.list import list_certificates
from certify.cli.registry.show import show
from certify.cli.registry.site import site

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Inspect and check the embedded registry.")
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_certificates)
app.command("fsck")(fsck)
app.command("site")(site)
