"""``certify model digest``: a model's identity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit_json, fields, next_step, say
from certify.errors import ExitCode, UsageError


def digest(
    folder: Annotated[Path, typer.Argument(help="Model folder.")],
    output: Annotated[Path | None, typer.Option(help="File for the manifest, whose SHA-256 is the identity.")] = None,
    json: Json = False,
) -> int:
    """Print a model's identity; refuses what no engine should see."""
    from certify.files import write_whole
    from certify.identify import read_model

    if output is not None and output.resolve().is_relative_to(folder.resolve()):
        raise UsageError("CERT-E011", f"{output} lies inside the model", "it would change the identity it states",
                         "name a file elsewhere")  # fmt: skip

    with reading("Reading the model") as progress:
        model = read_model(folder, progress=progress)
    if output is not None:
        write_whole(output, model.manifest.to_bytes())
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
    if output is not None:
        say(f"{output} written; sha256sum {output} prints the identity")
    next_step(f"certify run {folder} --policy starter")
    return int(ExitCode.POSITIVE)
