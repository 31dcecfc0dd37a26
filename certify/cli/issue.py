"""``certify issue``: last stage of a run, certificate and PDF."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.stages import carry
from certify.pipeline.request import Stage

app = typer.Typer(add_completion=False)


@app.command()
def issue(context: typer.Context, run: Annotated[str, typer.Argument(help="The run.")], json: Json = False) -> int:
    """Last stage of run: sign the certificate and draw the PDF."""
    return carry(context, run, Stage.ISSUE, json)
