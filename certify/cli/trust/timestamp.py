"""``certify trust timestamp``: who stamps what the workspace signs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode, UsageError


def timestamp(
    context: typer.Context,
    url: Annotated[str | None, typer.Argument(help="Address of the authority (RFC 3161 over HTTP).")] = None,
    root: Annotated[
        Path | None, typer.Option(help="Its root certificate, PEM; certificates between follow in the same file.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Who runs it.")] = None,
    require: Annotated[bool, typer.Option("--require", help="Readers of the trust file insist on timestamps.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Stamp nothing any more.")] = False,
    json: Json = False,
) -> int:
    """Have everything the workspace signs stamped by a timestamp authority, which proves the order of things."""
    from certify.pipeline.timestamp_setup import choose_authority, drop_authority, read_root
    from certify.pipeline.workspace import Workspace

    workspace = Workspace.open(Context.home(context))
    version = workspace.trust.version
    if off:
        trust = drop_authority(workspace)
        if json:
            emit_json("trust", {"version": trust.version, "fingerprint": trust.fingerprint, "timestampUrl": None})
        else:
            emit("nothing is stamped any more; timestamps given before still count")
            next_step("certify trust show")
        return int(ExitCode.POSITIVE)
    if url is None or root is None or not name:
        raise UsageError(
            "CERT-E011",
            "a timestamp authority needs an address, a root certificate and a name",
            "readers check its timestamps up to that certificate, and are told whose they are",
            "certify trust timestamp URL --root FILE.pem --name WHO",
        )
    trust, tried = choose_authority(workspace, url, read_root(root, name), required=require)
    if json:
        found = {"version": trust.version, "fingerprint": trust.fingerprint, "timestampUrl": url}
        emit_json("trust", {**found, "triedAt": tried.time, "authority": tried.authority, "policy": tried.policy})
        return int(ExitCode.POSITIVE)
    fields(
        [
            ("authority", f"{tried.party}, {tried.authority!r} by its certificate"),
            ("tried", f"it answered with {tried.time}, under policy {tried.policy}"),
            ("trust file", f"{trust.name}, version {trust.version}, fingerprint {trust.short_fingerprint}"),
            (
                "readers",
                "insist on timestamps" if trust.timestamps_required else "check timestamps where there are any",
            ),
        ],
        indent=0,
    )
    if trust.version == version:
        next_step(f"certify --home {workspace.home} run MODEL --policy P", "everything it signs is stamped")
    else:
        next_step("certify trust export FILE", "readers need the new trust file")
    return int(ExitCode.POSITIVE)
