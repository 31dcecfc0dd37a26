"""``certify data describe``: which training data this is, down to the shard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit_json, fields, next_step
from certify.errors import ExitCode

if TYPE_CHECKING:
    pass


def describe(
    data: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    name: Annotated[str | None, typer.Option(help="What its steward calls it.")] = None,
    json: Json = False,
) -> int:
    """Print the identity of training data, down to the shard."""
    from certify.identify import read_dataset

    reporter = TerminalReporter()
    reporter.stage("Reading the data")
    try:
        found = read_dataset(data, name, progress=lambda done, of: reporter.advance(done, of, "bytes"))
    finally:
        reporter.close()
    identity = found.identity
    if json:
        emit_json("data", {**identity.document(), "manifest": [entry.document() for entry in found.manifest.files]})
        return int(ExitCode.POSITIVE)
    fields(
        [
            ("name", identity.name),
            ("identity", identity.identity),
            ("shards", f"{identity.shards}, {identity.bytes:,} bytes"),
        ],
        indent=0,
    )
    next_step(f"certify run MODEL --policy starter --data {data[0]}")
    return int(ExitCode.POSITIVE)
