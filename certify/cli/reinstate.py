"""``certify reinstate``: lifts a suspension."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.lifecycle import Confirm, Key, ReasonWords, ReinstatingCause, change
from certify.cli.options import Json
from certify.evidence.certificate import State

app = typer.Typer(add_completion=False)


@app.command()
def reinstate(
    context: typer.Context,
    serial: Annotated[str, typer.Argument(help="The certificate.")],
    reason: ReasonWords = None,
    cause: ReinstatingCause = None,
    confirm: Confirm = False,
    key: Key = None,
    json: Json = False,
) -> int:
    """Lift a suspension."""
    return change(context, serial, State.REINSTATED, reason, json, cause=cause, key=key, confirm=confirm)
