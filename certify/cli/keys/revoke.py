"""``certify keys revoke``: a key that is no longer its holder's alone."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.keys.rotate import tell
from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import say
from certify.errors import ExitCode


def revoke(
    context: typer.Context,
    keyid: Annotated[str, typer.Argument(help="The key's id, or its first digits (at least 8).")],
    reason: Annotated[str, typer.Option(help="Why; everybody who meets the key reads it.")],
    since: Annotated[
        int | None, typer.Option(min=0, metavar="INDEX", help="First log entry in doubt; the log's end when absent.")
    ] = None,
    json: Json = False,
) -> int:
    """Take nothing more from a stolen or lost key, and draw up the trust file that tells readers so."""
    from certify.pipeline.rotating import revoke_key
    from certify.pipeline.workspace import Workspace

    proposal = revoke_key(Workspace.open(Context.home(context), ask=ask_passphrase), keyid, reason, since=since)
    say("This registry takes nothing from the key from now on. Readers learn it from the signed trust file.")
    tell(proposal, json)
    return int(ExitCode.POSITIVE)
