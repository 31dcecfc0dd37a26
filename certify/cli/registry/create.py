"""``certify registry create``: a production workspace with a new log."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit_json, fields, next_step
from certify.errors import ExitCode


def create(
    context: typer.Context,
    origin: Annotated[str, typer.Option(help="The log's name for good, such as log.bank.example/certify.")],
    applicant: Annotated[str, typer.Option(help="Who asks for certificates here.")],
    json: Json = False,
) -> int:
    """Make a production workspace with a new log, whose key is stored encrypted under a passphrase."""
    from certify.pipeline.founding import create_production
    from certify.trust.passphrase import find_passphrase

    home = Context.home(context)
    passphrase = find_passphrase(f"the log key of {home}", prompt=ask_passphrase)
    vkey = create_production(home, origin=origin, applicant=applicant, passphrase=passphrase)
    if json:
        emit_json("registry", {"home": str(home), "origin": origin, "vkey": vkey})
    else:
        fields([("workspace", str(home)), ("log", origin), ("key", vkey)], indent=0)
        next_step(f"certify trust make FILE --log '{vkey}' ...", "then have it signed and install it")
    return int(ExitCode.POSITIVE)
