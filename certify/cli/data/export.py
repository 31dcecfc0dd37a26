"""``certify data export``: a signed dataset statement in other people's forms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from certify.cli.options import Context, Json, Trust
from certify.cli.render import emit, emit_json, say
from certify.errors import ExitCode, HostileInput

if TYPE_CHECKING:
    from certify.evidence.dataset import Dataset, Declaration
    from certify.evidence.statement import Subject
    from certify.export.origin import Origin
    from certify.identify.manifest import Manifest
    from certify.trust.bundle import Bundle
    from certify.trust.trustfile import TrustFile

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

    trusted = find_trust(Context.of(context), trust)
    signed = _dataset(statement, trusted)
    origin = signed.origin
    listed = _manifest(manifest, signed.dataset) if manifest else None
    owner = _declaration(declaration, signed, trusted) if declaration else None
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


@dataclass(frozen=True)
class _Signed:
    """The steward's claim, who signed it, and the model that it names."""

    dataset: Dataset
    origin: Origin
    model: Subject | None


def _dataset(path: Path, trust: TrustFile | None) -> _Signed:
    from certify.evidence import statement as kinds
    from certify.evidence.dataset import Dataset
    from certify.evidence.visibility import withheld_fields
    from certify.export.origin import Origin
    from certify.trust.bundle import statement_of

    bundle, value, party = _claim(path, kinds.DATASET, Dataset, trust)
    statement = statement_of(bundle)
    if statement.subject[0].digest.sha256 != value.dataset.identity:
        raise HostileInput("CERT-E045", f"{path} names one dataset as its subject and speaks of another")
    hidden = tuple(one.field for one in withheld_fields(statement.predicate))
    model = statement.subject[1] if len(statement.subject) > 1 else None
    return _Signed(value, Origin(bundle.payload_sha256, bundle.keyid, party, hidden), model)


def _claim(path: Path, kind: str, model: type[Any], trust: TrustFile | None) -> tuple[Bundle, Any, str | None]:
    """The claim in a bundle, and who signed it where a trust file says so."""
    from certify.evidence.statement import SHORT_NAMES
    from certify.files import read_file
    from certify.pipeline.clock import now
    from certify.trust.bundle import parse_bundle, statement_of
    from certify.trust.verified import verify_statement

    bundle = parse_bundle(read_file(path), name=str(path))
    if trust is not None:
        trust.require_current(now())
        found = verify_statement(bundle, role="data-steward", predicate_type=kind, model=model, trust=trust)
        return bundle, found.value, found.party
    statement = statement_of(bundle)
    if statement.predicate_type != kind:
        raise HostileInput(
            "CERT-E045", f"{path} is a statement of another kind", hint=f"a {SHORT_NAMES[kind]} is needed"
        )
    return bundle, model.from_document(statement.predicate, name=str(path), by_name=False), None


def _manifest(path: Path, dataset: Dataset) -> Manifest:
    from certify.files import read_file
    from certify.identify.manifest import MAX_MANIFEST, Manifest

    found = Manifest.from_bytes(read_file(path, max_bytes=MAX_MANIFEST))
    if found.identity != dataset.dataset.identity:
        raise HostileInput(
            "CERT-E058",
            f"{path} lists other data than the statement speaks of",
            hint="write it with `certify data describe DATA --manifest FILE`",
        )
    return found


def _declaration(path: Path, signed: _Signed, trust: TrustFile | None) -> tuple[Declaration, Origin]:
    from certify.evidence import statement as kinds
    from certify.evidence.dataset import Declaration
    from certify.export.origin import Origin
    from certify.trust.bundle import statement_of

    bundle, value, party = _claim(path, kinds.DECLARATION, Declaration, trust)
    if signed.model is None or statement_of(bundle).subject[0].digest != signed.model.digest:
        raise HostileInput(
            "CERT-E058",
            f"the statement does not say that the data trained the model of {path}",
            "the summary would tie the data to a model that its steward did not name",
            "make the statement with `certify data describe DATA --model DIR --out FILE`",
        )
    return value, Origin(bundle.payload_sha256, bundle.keyid, party)


def _text(format: Format, signed: _Signed, manifest: Manifest | None, owner: tuple[Declaration, Origin] | None) -> str:
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
