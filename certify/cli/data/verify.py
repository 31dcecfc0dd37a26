"""``certify data verify``: whether every step was performed as the layout says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json
from certify.errors import ExitCode

if TYPE_CHECKING:
    pass


def verify(
    path: Annotated[Path, typer.Argument(help="The layout.")],
    owner: Annotated[list[Path], typer.Option(help="Public key of the data's owner; repeat for several.")],
    links: Annotated[Path, typer.Option(help="Folder of the links.")] = Path(),
    data: Annotated[list[Path] | None, typer.Option(help="Data that must be what the last step wrote.")] = None,
    json: Json = False,
) -> int:
    """Check that every step was performed by who may perform it, on what the step before wrote."""
    from certify.attest.layouts import verify_layout
    from certify.pipeline.files import read_file

    pems = [read_file(file).decode("ascii", "replace") for file in owner]
    checked = verify_layout(path, links, pems, data=list(data or ()))
    if json:
        emit_json("data", {"steps": list(checked.steps), "products": len(checked.products)})
    else:
        emit(f"The provenance holds: {' -> '.join(checked.steps)}, {len(checked.products)} files at the end.", "pass")
    return int(ExitCode.POSITIVE)
