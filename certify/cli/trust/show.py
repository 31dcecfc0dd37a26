"""``certify trust show``: whom a trust file trusts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields
from certify.errors import ExitCode
from certify.pipeline.clock import now
from certify.trust.trustfile import TrustFile


def show(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Trust file; the workspace's when absent.")] = None,
    json: Json = False,
) -> int:
    """Show whom a trust file trusts, for what, until when."""
    trust = TrustFile.load(file or Context.home(context) / "trust.json")
    if json:
        emit_json("trust", {"fingerprint": trust.fingerprint, **trust.document(), "schema": "certify/trust/v1"})
        return int(ExitCode.POSITIVE)
    print_trust(trust)
    return int(ExitCode.POSITIVE)


def print_trust(trust: TrustFile) -> None:
    """Prints who may sign what, and the fingerprint to compare."""
    if trust.environment == "development":
        emit("DEVELOPMENT: nothing signed under this file may be relied on.", "warn")
    fields(
        [
            ("name", f"{trust.name}, version {trust.version}"),
            ("fingerprint", trust.short_fingerprint),
            ("expires", f"{trust.expires}  EXPIRED" if trust.expired(now()) else trust.expires),
            ("log", trust.log_origin),
        ],
        indent=0,
    )
    emit()
    for role in trust.roles:
        for keyid, key in trust.keys_for(role).items():
            emit(f"  {role:<13} {keyid[:16]}  {key.party}")
    for root in trust.timestamp_roots or ():
        required = ", required" if trust.timestamps_required else ""
        emit(f"  {'timestamps':<13} {root.short_fingerprint}  {root.party}{required}")
