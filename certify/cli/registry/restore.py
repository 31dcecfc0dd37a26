"""``certify registry restore``: a lost database comes back from a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json
from certify.counting import counted
from certify.errors import ExitCode


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Copy made by `certify registry backup`.")],
    lock_lost: Annotated[
        bool,
        typer.Option(
            "--lock-lost",
            help="Restore although the lock file is lost: I confirm that nothing was signed after this copy was made.",
        ),
    ] = False,
    json: Json = False,
) -> int:
    """Bring back a lost database from a copy, unless something newer than the copy was signed."""
    from certify.pipeline.placing import place_of
    from certify.pipeline.workspace import Workspace
    from certify_registry.connecting import surroundings
    from certify_registry.moving.importing import bring

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    place = place_of(workspace.home)
    around = surroundings(place.address, "create", place.objects, place.lock, 5.0)
    with bring(folder, around, workspace.log_key(), restore=True, lock_lost=lock_lost) as registry:
        size, origin = registry.size, registry.origin
    if json:
        emit_json("registry", {"origin": origin, "size": size, "place": around.database.place})
    else:
        entries = counted(size, "entry", "entries")
        emit(f"{origin} is back in {around.database.place}, with all of its {entries} verified.", "pass")
    return int(ExitCode.POSITIVE)
