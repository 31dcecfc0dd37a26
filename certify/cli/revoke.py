"""``certify revoke``: withdraws a certificate for good."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.lifecycle import Cause, Confirm, Key, ReasonWords, change
from certify.cli.options import Json
from certify.evidence.certificate import State

app = typer.Typer(add_completion=False)


@app.command()
def revoke(
    context: typer.Context,
    serial: Annotated[str, typer.Argument(help="The certificate.")],
    reason: ReasonWords = None,
    cause: Cause = None,
    confirm: Confirm = False,
    key: Key = None,
    json: Json = False,
) -> int:
    """Withdraw a certificate for good, with a reason."""
    return change(context, serial, State.REVOKED, reason, json, cause=cause, key=key, confirm=confirm)
