"""``certify trust witness``: one more seed witness."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, next_step
from certify.cli.trust.show import print_trust
from certify.errors import ExitCode


def witness(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The witness's public Ed25519 key.")],
    name: Annotated[str, typer.Option(help="Who holds it.")],
    json: Json = False,
) -> int:
    """Add a seed witness to the workspace's trust file: a party whose answer fixes the fresh problems."""
    from certify.files import read_file
    from certify.pipeline.trusting import add_seed_witness
    from certify.pipeline.workspace import Workspace

    pem = read_file(file).decode("ascii", "replace")
    trust = add_seed_witness(Workspace.open(Context.home(context)), name, pem)
    if json:
        emit_json("trust", {"version": trust.version, "fingerprint": trust.fingerprint})
    else:
        print_trust(trust)
        emit(f"  seed witnesses: {', '.join(one.party for one in trust.seed_witnesses)}")
        next_step("certify run MODEL --policy P --entropy seedWitnesses")
    return int(ExitCode.POSITIVE)
