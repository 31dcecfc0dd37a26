"""``certify keys make``: a key, stored encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from certify.cli.options import Json, ask_passphrase
from certify.cli.render import emit_json, fields, next_step
from certify.errors import ExitCode, UsageError


def make(
    path: Annotated[Path, typer.Argument(help="File for the private key; the public half lands beside it as .pub.")],
    scheme: Annotated[
        Literal["ecdsa-p256", "ed25519"], typer.Option(help="Ed25519 is for logs and seed witnesses.")
    ] = "ecdsa-p256",
    json: Json = False,
) -> int:
    """Make a key, stored encrypted under a passphrase."""
    from certify.files import write_whole
    from certify.trust.keys import generate_signer, save_key
    from certify.trust.passphrase import find_passphrase

    if path.exists():
        raise UsageError("CERT-E011", f"{path} exists", "a key is never overwritten", "choose another name")
    signer = generate_signer(scheme)
    save_key(path, signer, find_passphrase(str(path), prompt=ask_passphrase))
    public = path.with_suffix(".pub")
    write_whole(public, signer.public_pem.encode())
    if json:
        emit_json("keys", {"keyid": signer.keyid, "scheme": signer.scheme, "private": str(path), "public": str(public)})
    else:
        fields([("key id", signer.keyid), ("private", f"{path} (encrypted)"), ("public", str(public))], indent=0)
        next_step("certify trust make --help", "say what this key may sign")
    return int(ExitCode.POSITIVE)
