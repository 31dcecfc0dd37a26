"""``certify data step``: one step of making data, recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode

if TYPE_CHECKING:
    pass
from certify.cli.data.signing import steward_signer


def step(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the step, as in the layout.")],
    product: Annotated[list[Path], typer.Option(help="What the step writes; repeat for several.")],
    material: Annotated[list[Path] | None, typer.Option(help="What the step reads; repeat for several.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the link.")] = Path(),
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Who performs the step; the data steward when absent.")
    ] = None,
    json: Json = False,
) -> int:
    """Record one step of making data as a signed in-toto link; after -- follows the command, if one is to be run."""
    from certify.attest.steps import record_step

    command = [argument for argument in context.args if argument != "--"]
    recorded = record_step(
        name,
        materials=list(material or ()),
        products=list(product),
        signer=steward_signer(context, key),
        out_folder=out,
        command=command or None,
    )
    if recorded.link is None:
        emit(f"The command failed with exit status {recorded.exit_code}; nothing was recorded.", "fail")
        return recorded.exit_code
    if json:
        emit_json("data", {"step": name, "link": str(recorded.link), "exitCode": recorded.exit_code})
    else:
        emit(f"{recorded.link} written: {len(recorded.materials)} files read, {len(recorded.products)} written.")
        next_step(f"certify data layout LAYOUT --step {name}=FILE.pub --expires TIME")
    return int(ExitCode.POSITIVE)
