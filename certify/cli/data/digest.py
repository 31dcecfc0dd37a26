"""``certify data digest``: which bytes training data consists of, and whether they were read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode
from certify.evidence.dataset import DigestSource

if TYPE_CHECKING:
    from certify.identify import DatasetFolder

SOURCES = {
    DigestSource.RECOMPUTED: "recomputed: every byte was read",
    DigestSource.CACHED: "cached: files that stood still since an earlier run were not read again, but for a sample",
    DigestSource.CLAIMED: "claimed: taken from a list, not from the bytes",
}


def digest(
    data: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    name: Annotated[str | None, typer.Option(help="What its steward calls it.")] = None,
    cached: Annotated[
        bool, typer.Option("--cached/--rehash", help="Skip files that stood still since they were last read.")
    ] = False,
    claimed: Annotated[Path | None, typer.Option(help="manifest.json or sha256sum list to believe.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="Write manifest.json here.")] = None,
    json: Json = False,
) -> int:
    """Print the identity of training data and where its digests come from."""
    from certify.files import write_whole
    from certify.identify import DigestCache, read_dataset

    with reading("Reading the data") as progress:
        found = read_dataset(
            data,
            name,
            progress=progress,
            cache=DigestCache.of_user(),
            rehash=not cached,
            claimed=claimed,
        )
    if manifest is not None:
        write_whole(manifest, found.manifest.to_bytes())
    if json:
        emit_json("data", document_of(found, manifest))
    else:
        _print(found, manifest, data)
    return int(ExitCode.POSITIVE)


def document_of(found: DatasetFolder, written: Path | None) -> dict[str, Any]:
    """Data as JSON; the list of files stays out where it was written beside, or is too long to print."""
    from certify.identify.files import MAX_FILES

    document = found.identity.document()
    if found.sharded:
        document["sharded"] = {path: {one.algorithm: list(one.digests)} for path, one in found.sharded.items()}
    if written is not None:
        document["manifestFile"] = str(written)
    elif len(found.manifest.files) <= MAX_FILES:
        document["manifest"] = [entry.document() for entry in found.manifest.files]
    return document


def _print(found: DatasetFolder, written: Path | None, data: list[Path]) -> None:
    identity = found.identity
    rows = [
        ("name", identity.name),
        ("identity", identity.identity),
        ("shards", f"{identity.shards:,}, {identity.bytes:,} bytes"),
        ("digests", SOURCES[identity.digest_source]),
    ]
    rows += [("sharded", f"{path}: {len(one.digests):,} x {one.algorithm}") for path, one in found.sharded.items()]
    fields(rows, indent=0)
    if written is None:
        next_step(f"certify data digest {data[0]} --manifest manifest.json", "the list of its files")
    else:
        emit(f"{written} written; sha256sum prints the identity.")
        next_step(f"certify run MODEL --policy starter --data {data[0]}")
