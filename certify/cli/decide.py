"""``certify decide``: third stage of a run, the policy applied."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.stages import carry
from certify.pipeline.request import Stage

app = typer.Typer(add_completion=False)


@app.command()
def decide(context: typer.Context, run: Annotated[str, typer.Argument(help="The run.")], json: Json = False) -> int:
    """Third stage of run: apply the policy to the evaluation."""
    return carry(context, run, Stage.DECIDE, json)
