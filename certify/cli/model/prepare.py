"""``certify model prepare``: a clean folder out of a download."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.data.signing import steward_signer
from certify.cli.model.signature_text import is_development, tell_development
from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.cli.signing import timestamper_of
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.identify import Difference, Prepared
    from certify.trust.keys import StatementSigner

SHOWN = 10
"""Differences named before the rest is counted."""


def prepare(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="Download as it came.")],
    destination: Annotated[Path, typer.Argument(help="Folder to make; must not exist.")],
    statement: Annotated[
        Path | None, typer.Option(help="File for the record; beside the folder, as DST.preparation.json, when absent.")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Whose key signs the record: a file or a URI.")] = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the record with the data steward's key.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Copy nothing; hold both folders against the record.")] = False,
    public_key: Annotated[Path | None, typer.Option(help="With --check: who must have signed the record.")] = None,
    json: Json = False,
) -> int:
    """Make a clean folder out of a download: weights and settings, no code, no links, no duplicates."""
    record = statement or destination.parent / f"{destination.name}.preparation.json"
    if check:
        return _check(source, destination, record, public_key, json)
    from certify.attest.preparation import preparation_of, preparation_statement
    from certify.files import write_whole
    from certify.identify import prepare as make_clean
    from certify.pipeline.clock import now
    from certify.trust.dsse import sign_statement

    _refuse_inside(record, source, destination)
    signer = steward_signer(context, key) if key is not None or sign else None
    timestamper = timestamper_of(context, key) if signer is not None else None
    with reading("Copying") as progress:
        made = make_clean(source, destination, progress)
    payload = preparation_statement(preparation_of(made, now()))
    write_whole(record, payload + b"\n" if signer is None else sign_statement(payload, signer, timestamper))
    if json:
        emit_json("model", _document(made, destination, record, signer))
    else:
        _tell(made, destination, record, signer)
        if signer is not None and is_development(context, key):
            tell_development()
        next_step(f"certify run {destination} --policy starter --estimate", "how long would it take here?")
    return int(ExitCode.POSITIVE)


def _refuse_inside(record: Path, source: Path, destination: Path) -> None:
    for folder, what in ((destination, "clean folder"), (source, "download")):
        if record.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                "CERT-E011",
                f"{record} lies inside the {what}",
                "the record would be part of what it describes",
                "name a file elsewhere",
            )


def _document(made: Prepared, destination: Path, record: Path, signer: StatementSigner | None) -> dict[str, object]:
    return {
        "folder": str(destination),
        "kept": list(made.kept),
        "changed": [{"path": file.prepared.path, "change": file.change, "sha256Before": file.source.sha256,
                     "sha256After": file.prepared.sha256} for file in made.changed],
        "leftOut": [{"path": one.path, "reason": one.reason} for one in made.left_out],
        "identity": made.identity.document(),
        "statement": str(record),
        "signer": signer.keyid if signer else None,
    }  # fmt: skip


def _tell(made: Prepared, destination: Path, record: Path, signer: StatementSigner | None) -> None:
    emit(f"{destination} is clean: {len(made.kept)} files kept, {len(made.left_out)} left out.")
    for one in made.left_out:
        paragraph(f"- {one.path}: {one.reason}", indent=2)
    for file in made.changed:
        emit(f"{file.prepared.path} differs from the download.", "warn")
        paragraph(f"- {file.change}", indent=2)
        paragraph(
            "- the engine's own code runs in place of the publisher's; only the copy is what will be tested", indent=2
        )
    claimed = sum(file.claimed is not None for file in made.files)
    rows = [("identity", made.identity.identity), ("record", f"{record}, {_signed_by(signer)}")]
    if claimed:
        rows.append(("digests", f"{claimed} agree with the hub's cache"))
    fields(rows, indent=0)


def _signed_by(signer: StatementSigner | None) -> str:
    return f"signed by {signer.keyid}" if signer else "not signed (--sign, or --key KEY, signs it)"


def _check(source: Path, destination: Path, record: Path, public_key: Path | None, json: bool) -> int:
    from certify.attest.preparation import verify_preparation
    from certify.files import read_file

    with reading("Reading both folders") as progress:
        compared = verify_preparation(
            read_file(record),
            destination,
            source=source,
            public_pem=read_file(public_key).decode("utf-8", "replace") if public_key else None,
            progress=progress,
        )
    if json:
        emit_json("model", {"verdict": "holds" if compared.holds else "does_not_hold", "signer": compared.signer,
                            "identity": compared.preparation.model.identity,
                            "source": [_difference(one) for one in compared.source],
                            "prepared": [_difference(one) for one in compared.prepared]})  # fmt: skip
        return int(ExitCode.POSITIVE if compared.holds else ExitCode.NEGATIVE)
    if compared.holds:
        emit(f"The record holds: {destination} came out of {source} as {record} says.", "pass")
    else:
        emit(f"The record does not hold: something is not as {record} says.", "fail")
        for folder, found in ((source, compared.source), (destination, compared.prepared)):
            for one in found[:SHOWN]:
                paragraph(f"- {folder}: {one.path} {one.kind}: {one.detail}", indent=2)
    fields([("identity", compared.preparation.model.identity), ("signer", compared.signer or "nobody: not signed")])
    if compared.holds:
        next_step(f"certify run {destination} --policy starter --estimate", "how long would it take here?")
    return int(ExitCode.POSITIVE if compared.holds else ExitCode.NEGATIVE)


def _difference(one: Difference) -> dict[str, str]:
    return {"kind": str(one.kind), "path": one.path, "detail": one.detail}
