"""``certify trust export``: the workspace's trust file, for readers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode
from certify.trust.trustfile import TrustFile


def export(
    context: typer.Context, destination: Annotated[Path, typer.Argument(help="File to write.")], json: Json = False
) -> int:
    """Write the workspace's trust file for readers; tell them the fingerprint over another channel."""
    from certify.files import write_whole
    from certify.trust.signed_trust import load_trust_document

    path = Context.home(context) / "trust.json"
    trust = TrustFile.load(path)
    write_whole(destination, load_trust_document(path).to_bytes())
    if json:
        emit_json("trust", {"file": str(destination), "fingerprint": trust.fingerprint})
    else:
        emit(f"{destination} written, fingerprint {trust.short_fingerprint}")
        next_step(f"certify verify CERT --trust {destination}")
    return int(ExitCode.POSITIVE)
