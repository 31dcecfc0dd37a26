"""``certify trust make``: a trust file out of public keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit_json, next_step
from certify.cli.trust.show import print_trust
from certify.errors import ExitCode


def make(
    destination: Annotated[Path, typer.Argument(help="File to write.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    key: Annotated[list[str], typer.Option(metavar="ROLE=PARTY=FILE.pub", help="Who may sign in a role; repeat.")],
    log: Annotated[str, typer.Option(metavar="VKEY", help="Checkpoint key of the log (`certify registry show`).")],
    expires: Annotated[str, typer.Option(help="Such as 2027-11-23T00:00:00Z.")],
    seed_witness: Annotated[list[str] | None, typer.Option(metavar="NAME=FILE.pub", help="Repeat for several.")] = None,
    version: Annotated[int, typer.Option(min=1, help="Grows with every change.")] = 1,
    json: Json = False,
) -> int:
    """Make a production trust file out of public keys."""
    from certify.pipeline.files import write_whole
    from certify.pipeline.trusting import KeyGrant, make_trust_file

    grants = [KeyGrant.parse(text) for text in key]
    witnesses = [KeyGrant.parse(f"witness={text}") for text in seed_witness or ()]
    trust = make_trust_file(name, version=version, expires=expires, log_vkey=log, grants=grants, witnesses=witnesses)
    write_whole(destination, trust.to_bytes())
    if json:
        emit_json("trust", {"file": str(destination), "fingerprint": trust.fingerprint})
    else:
        print_trust(trust)
        next_step(f"certify verify CERT --trust {destination}")
    return int(ExitCode.POSITIVE)
