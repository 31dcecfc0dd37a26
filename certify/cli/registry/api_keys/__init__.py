"""``certify registry api-keys``: who may call the service."""

from __future__ import annotations

import typer

from certify.cli.registry.api_keys.add import add
from certify.cli.registry.api_keys.list import list_api_keys
from certify.cli.registry.api_keys.revoke import revoke

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Make, list and revoke keys for calling the service."
)
app.command("add")(add)
app.command("list")(list_api_keys)
app.command("revoke")(revoke)
