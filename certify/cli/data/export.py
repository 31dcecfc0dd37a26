"""``certify data export``: a signed dataset statement in other people's forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from certify.cli.options import Context, Json, Trust
from certify.cli.render import emit, emit_json, say
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.evidence.dataset import Declaration
    from certify.export.origin import Origin
    from certify.identify.manifest import Manifest
    from certify.pipeline.described import SignedDescription

Format = Literal["croissant", "eu-summary", "eu-summary-json", "dta", "dta-csv"]


def export(
    context: typer.Context,
    statement: Annotated[Path, typer.Argument(help="Signed statement of `certify data describe --out`.")],
    format: Annotated[Format, typer.Option(help="Croissant 1.1, the EU summary, or the D&TA sheet.")],
    manifest: Annotated[Path | None, typer.Option(help="List of the shards, for their SHA-256 in Croissant.")] = None,
    declaration: Annotated[Path | None, typer.Option(help="Signed declaration of the model's owner.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout when absent.")] = None,
    trust: Trust = None,
    json: Json = False,
) -> int:
    """Write what a steward signed as Croissant, as the EU summary of training content, or as the D&TA sheet."""
    from certify.cli.reading import find_trust
    from certify.files import write_whole
    from certify.pipeline.described import listed_shards, owners_declaration, signed_description

    trusted = find_trust(Context.of(context), trust)
    signed = signed_description(statement, trusted)
    origin = signed.origin
    listed = listed_shards(manifest, signed.dataset) if manifest else None
    owner = owners_declaration(declaration, signed, trusted) if declaration else None
    text = _text(format, signed, listed, owner)
    if origin.party is None:
        say("note: the signer is unknown; name a trust file with --trust to check who signed")
    if out is not None:
        write_whole(out, text.encode("utf-8"))
    if json:
        emit_json("data", {"format": format, "statement": origin.statement_sha256, "signer": origin.party,
                           "keyid": origin.keyid, "written": str(out) if out else None,
                           "document": None if out else text})  # fmt: skip
    elif out is not None:
        emit(f"{out} written: declared, not tested; signer: {origin.signer}.")
    else:
        print(text, end="")
    return int(ExitCode.POSITIVE)


def _text(
    format: Format, signed: SignedDescription, manifest: Manifest | None, owner: tuple[Declaration, Origin] | None
) -> str:
    import json

    from certify.export.croissant import croissant
    from certify.export.data_trust import as_csv, as_json
    from certify.export.eu_summary import as_markdown, eu_summary

    dataset, origin = signed.dataset, signed.origin
    declaration, declared = owner or (None, None)
    if format == "dta-csv":
        return as_csv(dataset, origin)
    summary = eu_summary(dataset, origin, model=signed.model, declaration=declaration, declared=declared)
    if format == "eu-summary":
        return as_markdown(summary)
    documents = {
        "eu-summary-json": lambda: summary,
        "croissant": lambda: croissant(dataset, origin, manifest),
        "dta": lambda: as_json(dataset, origin),
    }
    return json.dumps(documents[format](), indent=2, ensure_ascii=False) + "\n"
