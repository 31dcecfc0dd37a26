"""``certify model prepare``: a clean folder out of a download."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode


def prepare(
    source: Annotated[Path, typer.Argument(help="Download as it came.")],
    destination: Annotated[Path, typer.Argument(help="Folder to make; must not exist.")],
    json: Json = False,
) -> int:
    """Make a clean folder out of a download: weights and settings, no code, no links, no duplicates."""
    from certify.identify import prepare as make_clean

    reporter = TerminalReporter()
    reporter.stage("Copying")
    try:
        made = make_clean(source, destination, lambda done, of: reporter.advance(done, of, "bytes"))
    finally:
        reporter.close()
    if json:
        left = [{"path": one.path, "reason": one.reason} for one in made.left_out]
        emit_json("model", {"folder": str(destination), "kept": list(made.kept), "leftOut": left,
                            "identity": made.identity.document()})  # fmt: skip
        return int(ExitCode.POSITIVE)
    emit(f"{destination} is clean: {len(made.kept)} files kept, {len(made.left_out)} left out.")
    for one in made.left_out:
        paragraph(f"- {one.path}: {one.reason}", indent=2)
    fields([("identity", made.identity.identity)], indent=0)
    next_step(f"certify run {destination} --policy starter --estimate", "how long would it take here?")
    return int(ExitCode.POSITIVE)
