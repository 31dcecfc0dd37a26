"""``certify model sign``: an OpenSSF model signature that other people's tools check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from certify.cli.data.signing import steward_signer
from certify.cli.model.signature_text import NAMES_NOTE, is_development, size, tell_development, tell_hidden
from certify.cli.options import Json
from certify.cli.progress import reading
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode, UsageError


def sign(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(help="Model folder, or a model in one file.")],
    output: Annotated[Path, typer.Option(help="File for the signature, such as MODEL/model.sig.")],
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Who signs; the data steward when absent.")] = None,
    public_key_out: Annotated[Path | None, typer.Option(help="File for the public key, to hand out.")] = None,
    method: Annotated[
        Literal["files", "shards"], typer.Option(help="Digest whole files, or ranges of them.")
    ] = "files",
    shard_size: Annotated[int, typer.Option(min=1, help="Bytes of a range, with --method shards.")] = 1_000_000_000,
    json: Json = False,
) -> int:
    """Sign every file of a model in the format of OpenSSF Model Signing v1.0."""
    from certify.attest.model_signature import sign_model
    from certify.files import write_whole

    if public_key_out is not None and public_key_out.resolve().is_relative_to(model.resolve()):
        raise UsageError(
            "CERT-E011",
            f"{public_key_out} lies inside the model",
            "it would be a file that the signature does not cover, and whoever can change the model could change it",
            "name a place outside the model",
        )
    signer = steward_signer(context, key)
    development = is_development(context, key)
    with reading("Reading the model") as progress:
        made = sign_model(model, signer, output=output, method=method, shard_size=shard_size,
                          progress=progress)  # fmt: skip
    write_whole(output, made.bundle)
    if public_key_out is not None:
        write_whole(public_key_out, signer.public_pem.encode())
    if json:
        emit_json("model", {"signature": str(output), "keyid": signer.keyid, "development": development,
                            "method": method, "files": made.files,
                            "bytes": made.bytes, "root": made.root, "manifest": made.binding.manifest,
                            "identity": made.binding.identity,
                            "notCovered": [path for files in made.hidden.values() for path in files]})  # fmt: skip
        return int(ExitCode.POSITIVE)
    emit(f"{output} signs {size(made.files, made.bytes)} of {model}.")
    fields(
        [
            ("signer", signer.keyid),
            ("names", f"{made.binding.manifest} (SHA-256 of the manifest of all signed files)"),
            ("identity", f"{made.binding.identity} (of the runtime files, as certificates name it)"),
            ("root", f"{made.root} (OpenSSF; digests only)"),
        ]
    )
    paragraph(NAMES_NOTE)
    if development:
        tell_development()
    tell_hidden(made.hidden)
    public = public_key_out or "SIGNER.pub"
    next_step(f"certify model verify {model} --signature {output} --public-key {public}")
    return int(ExitCode.POSITIVE)
