"""``certify data open``: read the fields that somebody disclosed."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import checklist, emit, emit_json, fields
from certify.errors import ExitCode


def open_fields(
    disclosure: Annotated[Path, typer.Argument(help="The disclosure made for you.")],
    statement: Annotated[Path, typer.Argument(help="The statement it opens.")],
    signer: Annotated[
        Path | None, typer.Option(help="Public key that must have signed both; signatures are not checked without.")
    ] = None,
    json: Json = False,
) -> int:
    """Read the fields somebody disclosed, and check that they are the ones in the statement."""
    from certify.attest.openings import open_disclosure
    from certify.files import read_file
    from certify.trust.bundle import parse_bundle, verify_signature

    shown = parse_bundle(read_file(disclosure), name=str(disclosure))
    bundle = parse_bundle(read_file(statement), name=str(statement))
    if signer is not None:
        pem = read_file(signer).decode("ascii", "replace")
        for one in (shown, bundle):
            verify_signature(one, pem)
    found, predicate = open_disclosure(shown, bundle)
    if json:
        document = {"disclosure": found.document(), "predicate": predicate, "signaturesChecked": signer is not None}
        emit_json("data", document)
        return int(ExitCode.POSITIVE if signer is not None else ExitCode.INCOMPLETE)
    known = signer is not None
    what = "every value is the one that was signed" if known else "every value fits the statement, whoever signed that"
    emit(f"Shown to {found.disclosed_to} at {found.disclosed_at}; {what}.", "pass" if known else "warn")
    fields([(one.field, json_module.dumps(one.value, ensure_ascii=False)) for one in found.openings])
    told = "by this key" if known else "not checked: name the key with --signer FILE.pub"
    checklist([("pass" if known else "skip", "signatures", told)])
    return int(ExitCode.POSITIVE if known else ExitCode.INCOMPLETE)
