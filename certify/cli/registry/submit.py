"""``certify registry submit``: the workspace's statements, to a registry elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import checklist, emit, emit_json, next_step, say
from certify.counting import counted
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.pipeline.submitting import Submitted


def submit(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The registry, such as https://registry.example.org.")],
    log: Annotated[
        str | None, typer.Option(metavar="VKEY", help="Its log's public key, one line; then every proof is checked.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="API key or token; else CERTIFY_REGISTRY_TOKEN.")
    ] = None,
    json: Json = False,
) -> int:
    """Hand the workspace's statements and PDFs to a registry elsewhere; give it again to go on."""
    from certify.files import read_file
    from certify.pipeline.registry_client import TOKEN_VARIABLE, RegistryClient
    from certify.pipeline.submitting import submit_all
    from certify.pipeline.workspace import Workspace

    token = os.environ.get(TOKEN_VARIABLE)
    if token_file is not None:
        token = read_file(token_file, max_bytes=16384).decode("utf-8", "replace").strip()
    client = RegistryClient(url, token or None)
    workspace = Workspace.open(Context.home(context))
    found = submit_all(workspace, client, vkey=log, told=lambda done, of: say(f"{done} of {of} statements"))
    if json:
        refused = [{"logIndex": index, "why": why} for index, why in found.refused]
        unkept = [{"serial": serial, "why": why} for serial, why in found.refused_pdfs]
        emit_json("registry", {"offered": found.offered, "new": found.new, "pdfs": found.pdfs, "refused": refused,
                               "refusedPdfs": unkept})  # fmt: skip
    else:
        _show(found, checked=log is not None)
    return int(ExitCode.NEGATIVE if found.refused or found.refused_pdfs else ExitCode.POSITIVE)


def _show(found: Submitted, *, checked: bool) -> None:
    emit(f"{counted(found.offered, 'statement')} offered, {found.new} new, {counted(found.pdfs, 'PDF')} handed over.")
    if found.offered and not checked:
        emit("The registry's proofs were not checked: name its log key with --log.", "warn")
    refused = [("fail", f"log entry {index}", why) for index, why in found.refused]
    refused += [("fail", f"PDF of {serial}", why) for serial, why in found.refused_pdfs]
    if refused:
        emit()
        checklist(refused)
        next_step("certify registry submit URL", "once the operator has enrolled the keys; the rest is kept")
