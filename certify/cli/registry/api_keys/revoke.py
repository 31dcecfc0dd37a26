"""``certify registry api-keys revoke``: one caller less."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.registry.api_keys.add import KeyFile, key_file
from certify.cli.render import emit, emit_json
from certify.errors import ExitCode


def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key.")],
    file: KeyFile = None,
    json: Json = False,
) -> int:
    """Have the service refuse a caller's key from now on, also while it runs."""
    from certify.pipeline.clock import now
    from certify_registry.service.api_keys import revoke_key

    time = now()
    revoke_key(key_file(context, file), name, now=time)
    if json:
        emit_json("registry", {"name": name, "revokedAt": time})
    else:
        emit(f"{name} is revoked; what it handed in before stays in the log.")
    return int(ExitCode.POSITIVE)
