"""``certify keys list``: the keys of a workspace."""

from __future__ import annotations

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, next_step, paragraph
from certify.errors import ExitCode


def list_keys(context: typer.Context, json: Json = False) -> int:
    """List the keys of the workspace's trust file: who holds them, for what, and which are on this machine."""
    from certify.pipeline.role_signers import read_signers
    from certify.pipeline.workspace import Workspace
    from certify.trust.keys import keyid_of_pem
    from certify.trust.trust_diff import describe_window

    home = Context.home(context)
    trust = Workspace.open(home).trust
    here = {keyid_of_pem(entry.public): entry.uri for entry in read_signers(home).roles.values()}
    rows = [
        {"keyid": keyid, "party": key.party, "scheme": key.scheme, "roles": list(trust.roles_of(keyid)),
         "window": describe_window(key), "signer": here.get(keyid)}
        for keyid, key in trust.keys.items()
    ]  # fmt: skip
    if json:
        emit_json("keys", {"environment": trust.environment, "keys": rows})
        return int(ExitCode.POSITIVE)
    for row in rows:
        roles = ", ".join(trust.roles_of(str(row["keyid"]))) or "no role"
        emit(f"{str(row['keyid'])[:16]}  {roles}  {row['scheme']}  {row['party']}")
        if row["window"]:
            paragraph(str(row["window"]), indent=18)
        if row["signer"]:
            paragraph(f"signs here: {row['signer']}", indent=18)
    next_step("certify keys use ROLE URI", "name a key that is on this machine")
    return int(ExitCode.POSITIVE)
