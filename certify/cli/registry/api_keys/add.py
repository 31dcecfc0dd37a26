"""``certify registry api-keys add``: a key for one caller."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields, say
from certify.errors import ExitCode

KeyFile = Annotated[Path | None, typer.Option(metavar="FILE", help="File of keys; the workspace's by default.")]


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who will use it; used once.")],
    role: Annotated[
        list[str],
        typer.Option(help="submitter, issuer, revoker, policy-admin, auditor or witness; give it again for more."),
    ],
    expires: Annotated[str | None, typer.Option(metavar="TIME", help="Until when (UTC); 2027-11-23T12:00:00Z.")] = None,
    file: KeyFile = None,
    json: Json = False,
) -> int:
    """Make a key for one caller of the service and print it once; only its digest is kept."""
    from certify.pipeline.clock import now
    from certify_registry.service.api_keys import add_key

    path = key_file(context, file)
    secret = add_key(path, name, list(dict.fromkeys(role)), now=now(), expires=expires)
    if json:
        emit_json("registry", {"name": name, "roles": role, "expires": expires, "key": secret})
    else:
        fields([("key", secret), ("for", name), ("may", ", ".join(role)), ("until", expires or "revoked")], indent=0)
        emit()
        say("It is shown once. Hand it over safely; certify keeps only its digest.")
    return int(ExitCode.POSITIVE)


def key_file(context: typer.Context, named: Path | None) -> Path:
    """The file of API keys: the one named, else the workspace's."""
    from certify.pipeline.workspace import Workspace
    from certify_registry.service.api_keys import FILE

    return named or Workspace.open(Context.home(context)).home / FILE
