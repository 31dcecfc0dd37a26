"""``certify keys list``: the keys of a workspace."""

from __future__ import annotations

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json
from certify.errors import ExitCode


def list_keys(context: typer.Context, json: Json = False) -> int:
    """List the keys of the workspace's trust file: who holds them and for what."""
    from certify.trust.trustfile import TrustFile

    trust = TrustFile.load(Context.home(context) / "trust.json")
    rows = [
        {"keyid": keyid, "party": key.party, "scheme": key.scheme, "roles": list(trust.roles_of(keyid))}
        for keyid, key in trust.keys.items()
    ]
    if json:
        emit_json("keys", {"environment": trust.environment, "keys": rows})
    else:
        for row in rows:
            emit(f"{row['keyid'][:16]}  {', '.join(row['roles']) or 'no role'}  {row['scheme']}  {row['party']}")
    return int(ExitCode.POSITIVE)
