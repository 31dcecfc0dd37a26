"""``certify registry import``: a registry goes on in another place, under its name and key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json
from certify.counting import counted
from certify.errors import ExitCode

Objects = Annotated[str | None, typer.Option(help="With PostgreSQL: a folder, or an address such as s3://bucket/name.")]
Lock = Annotated[str | None, typer.Option(help="Where the newest checkpoint is remembered, if elsewhere.")]


def import_registry(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Copy made by `certify registry export --final`.")],
    to: Annotated[str, typer.Option(metavar="PLACE", help="New folder, or postgresql://user@host/database.")],
    objects: Objects = None,
    lock: Lock = None,
    json: Json = False,
) -> int:
    """Continue a handed-over registry in another place; every signature, leaf and root is checked on the way."""
    from certify.pipeline.placing import Place, move_to
    from certify.pipeline.workspace import Workspace
    from certify_registry.connecting import surroundings
    from certify_registry.moving.importing import bring

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    to = to if "://" in to else str(Path(to).resolve())
    around = surroundings(to, "create", objects, lock, 5.0)
    with bring(folder, around, workspace.log_key()) as registry:
        size, origin = registry.size, registry.origin
    move_to(workspace.home, Place(address=to, objects=objects, lock=lock))
    if json:
        emit_json("registry", {"origin": origin, "size": size, "place": around.database.place})
    else:
        entries = counted(size, "entry", "entries")
        emit(f"{origin} goes on in {around.database.place}, with all of its {entries} verified.", "pass")
    return int(ExitCode.POSITIVE)
