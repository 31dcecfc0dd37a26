"""``certify check``: second stage of a run, questions asked and answers judged."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.stages import carry
from certify.pipeline.request import Stage

app = typer.Typer(add_completion=False)


@app.command()
def check(context: typer.Context, run: Annotated[str, typer.Argument(help="The run.")], json: Json = False) -> int:
    """Second stage of run: ask the planned questions and judge the answers."""
    return carry(context, run, Stage.CHECK, json)
