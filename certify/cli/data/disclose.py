"""``certify data disclose``: show withheld fields to one reader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.data.signing import sign_as_steward
from certify.cli.options import Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode


def disclose(
    context: typer.Context,
    statement: Annotated[Path, typer.Argument(help="The signed statement that withholds fields.")],
    openings: Annotated[Path, typer.Option(help="Its private file of openings.")],
    to: Annotated[str, typer.Option(help="Who is to see the fields, by name.")],
    out: Annotated[Path, typer.Option(help="File to write, for that reader.")],
    field: Annotated[list[str] | None, typer.Option(help="A field to show, all when absent; repeat.")] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Who shows the fields; the data steward when absent.")
    ] = None,
    json: Json = False,
) -> int:
    """Show withheld fields of a statement to one named reader, who can check that they are the signed ones."""
    from certify.attest.openings import disclosure_statement, read_openings
    from certify.files import read_file, write_whole
    from certify.pipeline.clock import now
    from certify.trust.bundle import parse_bundle

    bundle = parse_bundle(read_file(statement), name=str(statement))
    at_hand = read_openings(read_file(openings), bundle)
    payload = disclosure_statement(bundle, at_hand, to=to, fields=list(field or ()), disclosed_at=now())
    write_whole(out, sign_as_steward(context, payload, key), mode=0o600)
    if json:
        emit_json("data", {"disclosure": str(out), "to": to})
    else:
        emit(f"{out} written for {to}. It holds the values themselves: hand it to nobody else.")
        next_step(f"certify data open {out} {statement}")
    return int(ExitCode.POSITIVE)
