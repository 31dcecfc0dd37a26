"""``certify respond``: a refused applicant's signed answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json, fields, next_step
from certify.cli.signing import KEY_HELP, Public, open_key
from certify.errors import ExitCode

app = typer.Typer(add_completion=False)


@app.command()
def respond(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="The run that did not end in a certificate.")],
    text: Annotated[Path, typer.Option(metavar="FILE", help="The answer, plain text; the report prints all of it.")],
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who answers, as the report prints it.")],
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help=f"The applicant's; the workspace's if absent. {KEY_HELP}")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Consent that the refusal is published with your name and the model's.")
    ] = False,
    public: Public = None,
    json: Json = False,
) -> int:
    """As an applicant, answer to a refusal: signed, and printed in its report.

    Without --publish nothing of the refusal leaves the run; answering again without it withdraws the consent.
    """
    from certify.files import read_file
    from certify.pipeline.case import DECISION, read_case
    from certify.pipeline.responding import ROLE, keep_response, sign_response
    from certify.pipeline.workspace import Workspace

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    folder = workspace.run_folder(run)
    case = read_case(folder.file(DECISION), run, workspace.trust)
    signer = workspace.signer(ROLE) if key is None else open_key(key, public)
    said = read_file(text).decode("utf-8", "replace")
    bundle = sign_response(case, signer, who, said, publish=publish, timestamper=workspace.timestamper)
    place = keep_response(workspace, folder, bundle)
    if json:
        emit_json("respond", {"run": run, "publish": publish, "published": str(place) if place else None})
        return int(ExitCode.POSITIVE)
    emit("The answer is signed and stands in the report.")
    fields([("report", str(folder.file("screening.report.pdf"))), ("published", str(place or "no: not consented to"))])
    next_step(f"certify --home {workspace.home} show {run}")
    return int(ExitCode.POSITIVE)
