"""``certify trust install``: a signed trust file becomes the workspace's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, Yes, ask_passphrase
from certify.cli.render import emit, emit_json, next_step
from certify.cli.trust.changes import print_changes
from certify.cli.trust.show import print_trust
from certify.cli.trust.use import require_told
from certify.errors import ExitCode
from certify.trust.trustfile import ROOT


def install(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="The signed trust file; several versions if some were missed.")],
    fingerprint: Annotated[str | None, typer.Option(help="Fingerprint you were told; for the first file.")] = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Take a trust file signed by its root keys into use in the workspace; the registry follows with its keys."""
    from certify.pipeline.installing import install_trust
    from certify.pipeline.rotating import discard_proposal
    from certify.pipeline.workspace import Workspace
    from certify.trust.signed_trust import load_trust_document

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    documents = [load_trust_document(file) for file in files]
    own = workspace.installed_trust
    newest = max((document.trust for document in documents), key=lambda trust: trust.version)
    if not json:
        print_changes(own, newest) if own else print_trust(newest)
    first = own is None or not own.keys_for(ROOT)
    if first and not require_told(newest, fingerprint, yes, "Is this the fingerprint that its root keyholders signed?"):
        raise typer.Abort
    trust, changes = install_trust(workspace, documents)
    discard_proposal(workspace)
    if json:
        rows = [{"enrolled": c.enrolled, "role": c.role, "keyid": c.keyid, "party": c.party} for c in changes]
        emit_json("trust", {"version": trust.version, "fingerprint": trust.fingerprint, "registryKeys": rows})
        return int(ExitCode.POSITIVE)
    emit()
    for change in changes:
        emit(f"{'enrolled' if change.enrolled else 'retired'}  {change.role:<13} {change.keyid[:16]}  {change.party}")
    emit(f"Trust file version {trust.version} is in use here.", "pass")
    next_step("certify keys use ROLE URI", "name the keys that are on this machine")
    return int(ExitCode.POSITIVE)
