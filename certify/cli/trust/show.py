"""``certify trust show``: whom a trust file trusts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields, paragraph
from certify.errors import ExitCode
from certify.pipeline.clock import now
from certify.trust.signed_trust import load_trust_document, root_signers
from certify.trust.trust_diff import describe_window
from certify.trust.trustfile import ROOT, TrustFile


def show(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Trust file or draft; the workspace's when absent.")] = None,
    json: Json = False,
) -> int:
    """Show whom a trust file trusts, for what, until when, and who signed it."""
    document = load_trust_document(file or Context.home(context) / "trust.json")
    trust = document.trust
    signers = list(root_signers(document, trust))
    if json:
        facts = {"fingerprint": trust.fingerprint, "signedBy": signers, **trust.document()}
        emit_json("trust", {**facts, "schema": "certify/trust/v1"})
        return int(ExitCode.POSITIVE)
    print_trust(trust)
    if trust.keys_for(ROOT):
        needed = trust.threshold_for(ROOT)
        emit()
        state = "" if len(signers) >= needed else ": a draft, nobody may rely on it yet"
        emit(f"signed by {len(signers)} of the {needed} root keys it asks for{state}", "warn" if state else "pass")
    return int(ExitCode.POSITIVE)


def print_trust(trust: TrustFile) -> None:
    """Prints who may sign what, from which log entry on and until which, and the fingerprint to compare."""
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
        if trust.threshold_for(role) > 1:
            emit(f"  {role}: {trust.threshold_for(role)} of {len(trust.keys_for(role))} must sign")
        for keyid, key in trust.keys_for(role).items():
            emit(f"  {role:<13} {keyid[:16]}  {key.party}")
            if key.bounded:
                paragraph(describe_window(key), indent=16)
    for root in trust.timestamp_roots or ():
        required = ", required" if trust.timestamps_required else ""
        emit(f"  {'timestamps':<13} {root.short_fingerprint}  {root.party}{required}")
    _print_witnesses(trust)


def _print_witnesses(trust: TrustFile) -> None:
    policy = trust.log.policy
    for witness in policy.witnesses:
        emit(f"  {'log witness':<13} {witness.key.key_id.hex():<16}  {witness.key.name}, {witness.key.algorithm}")
    if trust.log.witness_policy is not None:
        emit(f"  log witness: the quorum {policy.quorum!r} of the file's witness policy must have cosigned")
    elif policy.witnesses:
        count = len({witness.key.name for witness in policy.witnesses})
        emit(f"  log witness: {trust.log.quorum} of {count} must have cosigned")
