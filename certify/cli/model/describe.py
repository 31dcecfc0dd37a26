"""``certify model describe``: what the owner declares of a model, signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.evidence.dataset import Declaration
    from certify.evidence.model import ModelIdentity


def describe(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Model folder.")] = None,
    source: Annotated[Path | None, typer.Option("--from", help="Filled declaration, YAML (see --template).")] = None,
    out: Annotated[Path | None, typer.Option(help="Signed declaration to write; without it nothing is signed.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model; the folder's name when absent.")] = None,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Who signs; the data steward when absent.")] = None,
    template: Annotated[bool, typer.Option("--template", help="Print an empty declaration and stop.")] = False,
    json: Json = False,
) -> int:
    """Check what the owner declares of a model; with --out, sign it for exactly these files."""
    from certify.attest.declaration import read_declaration
    from certify.pipeline.clock import now

    if template:
        from certify.attest.declaration_template import TEMPLATE

        print(TEMPLATE, end="")
        return int(ExitCode.POSITIVE)
    if folder is None or source is None:
        raise UsageError(
            "CERT-E011",
            "a model folder and --from FILE are needed",
            "a declaration is bound to the exact files of a model",
            "write the file with `certify model describe --template`, then name both",
        )
    declaration = read_declaration(source, declared_at=now())
    model = _read(folder, name)
    if out is not None:
        _sign(context, declaration, model, out, key)
    if json:
        emit_json("model", {"model": model.document(), "declaration": declaration.document(), "tested": False,
                            "written": str(out) if out else None})  # fmt: skip
        return int(ExitCode.POSITIVE)
    _print(declaration, model, out)
    next_step(f"certify run {folder} --policy starter --declaration {source}")
    return int(ExitCode.POSITIVE)


def _read(folder: Path, name: str | None) -> ModelIdentity:
    from certify.identify import read_model

    with reading("Reading the model") as progress:
        return read_model(folder, name=name, progress=progress).identity


def _sign(context: typer.Context, declaration: Declaration, model: ModelIdentity, out: Path, key: str | None) -> None:
    from certify.attest.statements import declaration_statement
    from certify.cli.data.signing import sign_as_steward
    from certify.files import write_whole

    write_whole(out, sign_as_steward(context, declaration_statement(declaration, model), key))


def _print(declaration: Declaration, model: ModelIdentity, out: Path | None) -> None:
    emit(f"Declared by {declaration.owner}, not tested.")
    emit()
    said = {name: value for name, value in declaration.document().items() if value and name != "owner"}
    shown = [
        (_words(name), "; ".join(value) if isinstance(value, list) else str(value)) for name, value in said.items()
    ]
    fields([("model", f"{model.name}, identity {model.identity}"), *shown])
    if out is not None:
        emit()
        emit(f"{out} written.")


def _words(name: str) -> str:
    """A field's name as words: ``intendedUse`` is intended use."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
