"""``certify model verify``: whether a model is what somebody signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.model.signature_text import NAMES_NOTE, SHOWN, size, tell_hidden
from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.attest.model_signature import Checked


def verify(
    model: Annotated[Path, typer.Argument(help="Model folder, or a model in one file.")],
    signature: Annotated[Path, typer.Option(help="The signature, such as MODEL/model.sig.")],
    public_key: Annotated[Path | None, typer.Option(help="Public key of the signer whom you expect.")] = None,
    root: Annotated[
        list[Path] | None, typer.Option(help="Certificate of an authority whom you trust; repeat for several.")
    ] = None,
    allow_ignored: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="A path that the signer may have left out; repeat.")
    ] = None,
    allow_symlinks: Annotated[
        bool, typer.Option("--allow-symlinks", help="The signer may have followed links.")
    ] = False,
    json: Json = False,
) -> int:
    """Check that a model is exactly what somebody signed (OpenSSF Model Signing v1.0)."""
    from datetime import UTC, datetime

    from certify.attest.model_signature import verify_model_signature
    from certify.files import read_file

    if (public_key is None) == (not root):
        raise UsageError("CERT-E011", "whose signature counts has to be said in one way",
                         "the signature itself names its signer, but anybody can sign",
                         "give --public-key FILE, or --root FILE for a signer with a certificate")  # fmt: skip
    with reading("Reading the model") as progress:
        checked = verify_model_signature(
            model,
            signature,
            public_pem=read_file(public_key).decode("utf-8", "replace") if public_key else None,
            roots=[read_file(path) for path in root or ()],
            now=datetime.now(UTC),
            allow_ignored=[path.rstrip("/") for path in allow_ignored or ()],
            allow_symlinks=allow_symlinks,
            progress=progress,
        )
    if json:
        emit_json("model", _document(checked))
    else:
        _tell(checked, model, signature)
    return int(ExitCode.POSITIVE if checked.holds else ExitCode.NEGATIVE)


def _tell(checked: Checked, model: Path, signature: Path) -> None:
    covered = size(checked.files, checked.bytes)
    if checked.holds and not checked.hidden:
        emit(f"The signature holds: {model} is exactly what was signed, {covered}.", "pass")
    elif checked.holds:
        emit(f"The signature holds for what it covers of {model}: {covered}.", "pass")
    else:
        emit(f"The signature does not hold: {model} is not what was signed.", "fail")
        for one in checked.differences[:SHOWN]:
            paragraph(f"- {one.path} {one.kind}: {one.detail}", indent=2)
        if len(checked.differences) > SHOWN:
            paragraph(f"- and {len(checked.differences) - SHOWN} more; --json names all", indent=2)
    how = checked.signed.serialization
    named = f" ({checked.signer_name})" if checked.signer_name else ""
    rows = [
        ("signer", checked.signer + named),
        ("signed as", f"{checked.signed.name}: digests of {how.method} by {how.hash_type}"),
        ("root", f"{checked.signed.root} (OpenSSF; digests only)"),
    ]
    if checked.signed.binding is not None:
        rows.append(("names", f"{checked.signed.binding.manifest} (manifest, signed too)"))
    if checked.holds:
        rows.append(("identity", f"{checked.found.identity} (of the runtime files)"))
    if how.allow_symlinks:
        rows.append(("links", "followed by the signer, and here within the model alone"))
    fields(rows)
    paragraph(NAMES_NOTE)
    _tell_ignored(checked, signature.name)
    if checked.holds:
        next_step(f"certify model digest {model}", "the identity that certificates name")


def _tell_ignored(checked: Checked, signature: str) -> None:
    absent = [path for path in checked.signed.ignored if path not in checked.hidden and path != signature]
    if absent:
        paragraph(f"The signer also left out {', '.join(absent)}, where there is nothing to hide.")
    tell_hidden(checked.hidden)
    if not checked.hidden:
        emit("Nothing that is there was left out, the signature itself aside.")


def _document(checked: Checked) -> dict[str, object]:
    how = checked.signed.serialization
    binding = checked.signed.binding
    return {
        "verdict": "holds" if checked.holds else "does_not_hold",
        "signer": checked.signer,
        "signerName": checked.signer_name,
        "name": checked.signed.name,
        "root": checked.signed.root,
        "manifest": binding.manifest if binding else None,
        "identity": checked.found.identity,
        "method": how.method,
        "hashType": how.hash_type,
        "allowSymlinks": how.allow_symlinks,
        "ignoredPaths": list(checked.signed.ignored),
        "notCovered": [path for files in checked.hidden.values() for path in files],
        "steering": list(checked.steering),
        "files": checked.files,
        "bytes": checked.bytes,
        "differences": [{"kind": str(one.kind), "path": one.path, "detail": one.detail} for one in checked.differences],
    }
