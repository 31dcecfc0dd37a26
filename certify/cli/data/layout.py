"""``certify data layout``: who may perform which step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    pass
from certify.cli.data.signing import steward_signer


def layout(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="File to write.")],
    step: Annotated[list[str], typer.Option(metavar="NAME=FILE.pub", help="A step and who may perform it; repeat.")],
    expires: Annotated[str, typer.Option(help="Such as 2027-11-23T00:00:00Z.")],
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Key of the data's owner; the data steward's when absent.")
    ] = None,
    json: Json = False,
) -> int:
    """Say who may perform which step, in order; each step starts from what the one before wrote."""
    from certify.attest.layouts import PlannedStep, write_layout
    from certify.pipeline.files import read_file

    planned: list[PlannedStep] = []
    for text in step:
        name, _, file = text.partition("=")
        if not name or not file:
            raise UsageError("CERT-E011", f"{text!r} is not of the form NAME=FILE.pub")
        pem = read_file(Path(file)).decode("ascii", "replace")
        before = planned[-1].name if planned else None
        rule = ("MATCH", "*", "WITH", "PRODUCTS", "FROM", before) if before else ("ALLOW", "*")
        planned.append(PlannedStep(name, (pem,), expected_materials=(rule,), expected_products=(("ALLOW", "*"),)))
    write_layout(path, planned, [steward_signer(context, key)], expires=expires)
    if json:
        emit_json("data", {"layout": str(path), "steps": [one.name for one in planned]})
    else:
        emit(f"{path} written: {' -> '.join(one.name for one in planned)}")
        next_step(f"certify data verify {path} --links FOLDER --owner FILE.pub")
    return int(ExitCode.POSITIVE)
