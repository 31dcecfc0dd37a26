"""``certify renew``: a certificate's next one, by the same test done anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit_json, paragraph
from certify.cli.stages import EXIT_CODES
from certify.cli.summary import outcome_document, print_outcome

if TYPE_CHECKING:
    from certify.pipeline.renewing import Renewed
    from certify.pipeline.workspace import Workspace

app = typer.Typer(add_completion=False)


@app.command()
def renew(
    context: typer.Context,
    serial: Annotated[str, typer.Argument(help="The certificate.")],
    model: Annotated[Path | None, typer.Option(help="Where the model is now; default: where it was last time.")] = None,
    json: Json = False,
) -> int:
    """Test a certified model again and let the new certificate take the old one's place."""
    from certify.pipeline.renewing import renew as renew_certificate
    from certify.pipeline.workspace import Workspace

    workspace, reporter = Workspace.open(Context.home(context), ask=ask_passphrase), TerminalReporter()
    try:
        made = renew_certificate(workspace, serial, reporter, model=model)
    finally:
        reporter.close()
    if json:
        more = {"renews": serial, "supersededAt": made.index, "notSuperseded": made.missing or None}
        emit_json("renew", {**outcome_document(workspace, made.outcome), **more})
    else:
        _tell(workspace, serial, made)
    return int(EXIT_CODES[made.outcome.verdict])


def _tell(workspace: Workspace, serial: str, made: Renewed) -> None:
    if made.outcome.serial is None:
        waiting = made.outcome.verdict == "awaiting_approval"
        paragraph(f"{serial} is not renewed{' yet' if waiting else ''}, and stands as it did.")
    elif made.missing:
        paragraph(
            f"The log does not say yet that {serial} is superseded: {made.missing}. Once nothing "
            f"stands against it, a revoker logs it with: certify supersede {serial} --by {made.outcome.serial}"
        )
    else:
        paragraph(f"{serial} is superseded by {made.outcome.serial}, log entry {made.index}.")
    print_outcome(workspace, made.outcome, False)
