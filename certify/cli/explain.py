"""``certify explain``: tells more about an error code."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.explanations import EXPLANATIONS
from certify.cli.options import Json
from certify.cli.render import emit, emit_json, paragraph
from certify.errors import ExitCode, UsageError

app = typer.Typer(add_completion=False)


@app.command()
def explain(
    code: Annotated[str | None, typer.Argument(help="Such as CERT-E021; all codes when absent.")] = None,
    json: Json = False,
) -> int:
    """Explain an error code."""
    if code is None:
        if json:
            emit_json("explain", {"codes": {name: told.title for name, told in EXPLANATIONS.items()}})
        else:
            for name, told in EXPLANATIONS.items():
                emit(f"{name}  {told.title}")
        return int(ExitCode.POSITIVE)
    found = EXPLANATIONS.get(code.upper().removeprefix("ERROR[").removesuffix("]"))
    if found is None:
        raise UsageError("CERT-E011", f"there is no code {code}", hint="certify explain lists all codes")
    if json:
        emit_json("explain", {"code": code.upper(), "title": found.title, "text": found.text})
    else:
        emit(f"{code.upper()}: {found.title}", "bold")
        emit()
        paragraph(found.text)
    return int(ExitCode.POSITIVE)
