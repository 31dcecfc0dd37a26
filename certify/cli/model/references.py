"""``certify model references``: finished runs as reference models for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit_json, fields, next_step
from certify.errors import ExitCode


def references(
    context: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN", help="Finished runs, each of another model.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    check: Annotated[str, typer.Option(metavar="ID", help="Whose answers are taken.")] = "paired-rewrite",
    json: Json = False,
) -> int:
    """Make a file of reference models out of finished runs.

    A policy names it under `references` of paired-rewrite: the gap of a model is then held against theirs. At least
    five are needed, ten are better, and none should have seen the benchmark.
    """
    from certify.evidence.canonical import sha256_hex
    from certify.files import write_whole
    from certify.pipeline.referencing import references_of
    from certify.pipeline.workspace import Workspace

    found = references_of(Workspace.open(Context.home(context)), runs, check)
    data = found.to_bytes()
    write_whole(out, data)
    told = {"file": str(out), "sha256": sha256_hex(data), "models": [one.name for one in found.models]}
    if json:
        emit_json("model", told)
        return int(ExitCode.POSITIVE)
    items = sorted({len(one.items) for one in found.models})
    fields(
        [
            ("file", str(out)),
            ("sha256", sha256_hex(data)),
            ("models", ", ".join(one.name for one in found.models)),
            ("items", " to ".join(str(one) for one in dict.fromkeys((items[0], items[-1])))),
        ]
    )
    next_step(f"name it in a policy: references: {out}")
    return int(ExitCode.POSITIVE)
