"""``certify supersede``: says which newer certificate takes one's place."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.lifecycle import Key, SucceedingCause, change
from certify.cli.options import Json
from certify.evidence.certificate import State
from certify.evidence.lifecycle import Reason

app = typer.Typer(add_completion=False)


@app.command()
def supersede(
    context: typer.Context,
    serial: Annotated[str, typer.Argument(help="The certificate whose place is taken.")],
    by: Annotated[str, typer.Option(metavar="SERIAL", help="The certificate that takes it.")],
    reason: Annotated[str | None, typer.Option(help="Why; everybody can read it.")] = None,
    cause: SucceedingCause = Reason.RENEWED,
    key: Key = None,
    json: Json = False,
) -> int:
    """Say which newer certificate takes one's place."""
    told = f"the certificate {by} takes its place" if reason is None else reason
    return change(context, serial, State.SUPERSEDED, told, json, cause=cause, superseded_by=by, key=key)
