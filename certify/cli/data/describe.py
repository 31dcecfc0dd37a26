"""``certify data describe``: which training data this is, down to the shard, and what its steward says of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.data.digest import document_of
from certify.cli.data.statement import Described, describe_data, sign_description
from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit, emit_json, fields, next_step, say
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.identify import DatasetFolder


def describe(
    context: typer.Context,
    data: Annotated[list[Path] | None, typer.Argument(help="Files or folders.")] = None,
    description: Annotated[Path | None, typer.Option(help="What you say of the data, YAML (see --template).")] = None,
    croissant: Annotated[Path | None, typer.Option(help="Croissant document to take over.")] = None,
    card: Annotated[Path | None, typer.Option(help="Hugging Face dataset card to take over.")] = None,
    name: Annotated[str | None, typer.Option(help="What its steward calls it.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Attest that this is all of the training data.")] = False,
    model: Annotated[Path | None, typer.Option(help="Folder of the model that it trained.")] = None,
    out: Annotated[Path | None, typer.Option(help="Signed statement to write; without it nothing is signed.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="List of the shards to write.")] = None,
    restrict: Annotated[
        list[str] | None, typer.Option(help="Field to withhold, such as /description/sources; repeat for several.")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Who signs; the data steward when absent.")] = None,
    template: Annotated[bool, typer.Option("--template", help="Print an empty description and stop.")] = False,
    json: Json = False,
) -> int:
    """Print the identity of training data; with --out, sign what its steward says of it."""
    if template:
        from certify.attest.data_template import TEMPLATE

        print(TEMPLATE, end="")
        return int(ExitCode.POSITIVE)
    if not data:
        raise UsageError("CERT-E011", "no data was named", hint="give files or folders, or --template")
    if out is None and (complete or model or restrict or key):
        raise UsageError(
            "CERT-E011", "there is nothing to sign without --out", hint="name the statement to write with --out FILE"
        )
    found = _read(data, name)
    described = describe_data(found, name, description, croissant, card)
    for note in described.notes:
        say(f"note: {note}")
    written: list[str] = []
    if out is not None:
        written = sign_description(context, described, out, complete, model, restrict or [], key)
    if manifest is not None:
        from certify.files import write_whole

        write_whole(manifest, found.manifest.to_bytes())
        written.append(str(manifest))
    if json:
        return _tell_json(described, found, manifest, written)
    return _tell(described, written, data[0], signed=out is not None)


def _read(data: list[Path], name: str | None) -> DatasetFolder:
    from certify.identify import read_dataset

    with reading("Reading the data") as progress:
        return read_dataset(data, name, progress=progress)


def _tell_json(described: Described, found: DatasetFolder, manifest: Path | None, written: list[str]) -> int:
    said = {"described": described.word.document(), "notes": list(described.notes)} if described.word else {}
    identity = described.identity.document()
    emit_json("data", {**document_of(found, manifest), **identity, **said, "written": written})
    return int(ExitCode.POSITIVE)


def _tell(described: Described, written: list[str], first: Path, *, signed: bool) -> int:
    identity = described.identity
    fields(
        [
            ("name", identity.name),
            ("identity", identity.identity),
            ("shards", f"{identity.shards}, {identity.bytes:,} bytes"),
            *([("said", f"{len(described.word.document())} fields; declared, not tested")] if described.word else []),
        ],
        indent=0,
    )
    for path in written:
        emit(f"{path} written.")
    if signed:
        next_step(f"certify data export {written[0]} --format eu-summary")
    else:
        next_step(f"certify run MODEL --policy starter --data {first}")
    return int(ExitCode.POSITIVE)
