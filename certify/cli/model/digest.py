"""``certify model digest``: a model's identity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit_json, fields, next_step
from certify.errors import ExitCode


def digest(folder: Annotated[Path, typer.Argument(help="Model folder.")], json: Json = False) -> int:
    """Print a model's identity; refuses what no engine should see."""
    from certify.identify import read_model

    reporter = TerminalReporter()
    reporter.stage("Reading the model")
    try:
        model = read_model(folder, progress=lambda done, of: reporter.advance(done, of, "bytes"))
    finally:
        reporter.close()
    if json:
        files = [entry.document() for entry in model.manifest.files]
        emit_json("model", {**model.identity.document(), "manifest": files})
        return int(ExitCode.POSITIVE)
    identity = model.identity
    fields(
        [
            ("name", identity.name),
            ("identity", identity.identity),
            ("weights", identity.weights_digest),
            ("release", identity.release_digest),
            ("architecture", f"{identity.architecture}, {identity.parameters:,} weights"),
            ("files", f"{identity.files} runtime, {len(model.documentation)} documentation"),
        ],
        indent=0,
    )
    next_step(f"certify run {folder} --policy starter")
    return int(ExitCode.POSITIVE)
