"""``certify keys use``: which key signs in a role on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json, next_step
from certify.cli.signing import Public, read_public
from certify.errors import ExitCode, UsageError
from certify.trust.trustfile import ROOT, Role

TRIAL = b"certify/trial-signature/v1"
"""What a key signs to show that it can; no statement or log entry begins like this."""

HERE = (*(role for role in get_args(Role) if role != ROOT), "log")
"""Roles that sign in a workspace; root keys sign trust files, which are handed to them."""


def use(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(HERE)}.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="A key file or a signer's URI.")],
    public: Public = None,
    json: Json = False,
) -> int:
    """Say which key signs in a role on this machine; it signs a trial text, so that a wrong PIN shows now."""
    from certify.pipeline.role_signers import name_signer, open_named
    from certify.pipeline.workspace import Workspace
    from certify.trust.signers import as_uri

    workspace = Workspace.open(Context.home(context))
    trust = workspace.installed_trust
    if role not in HERE:
        raise UsageError(
            "CERT-E011",
            f"{role!r} is no role that signs in a workspace",
            f"the roles are {', '.join(HERE)}",
            "certify keys list shows who holds a key for what",
        )
    uri = as_uri(key)
    if uri.startswith("file:"):
        uri = f"file:{Path(uri.removeprefix('file:')).resolve()}"
    signer = open_named(uri, ask=ask_passphrase, public_pem=read_public(public), development=workspace.development)
    signer.sign(TRIAL)
    if trust is not None and role != "log" and signer.keyid not in trust.keys_for(role):
        raise UsageError(
            "CERT-E129",
            f"the key {signer.keyid[:16]} does not fill the role {role}",
            f"the trust file {trust.name}, version {trust.version}, does not name it for that",
            "certify keys list shows the keys; certify keys rotate puts a new one in place",
        )
    name_signer(workspace.home, role, uri, signer)
    if json:
        emit_json("keys", {"role": role, "uri": uri, "keyid": signer.keyid})
    else:
        emit(f"{role} signs here with {uri}, key {signer.keyid[:16]}; a trial signature was right.")
        next_step("certify keys list")
    return int(ExitCode.POSITIVE)
