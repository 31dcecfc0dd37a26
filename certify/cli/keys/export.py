"""``certify keys export``: the public half of a key, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.keys.show import public_half
from certify.cli.options import Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode, UsageError


def export(
    key: Annotated[str, typer.Argument(help="A key file, or a signer's URI such as hsm:1?label=TOKEN.")],
    out: Annotated[Path, typer.Option(metavar="FILE.pub", help="File for the public key.")],
    json: Json = False,
) -> int:
    """Write the public half of a key, for the trust file; the private half stays where it is."""
    from certify.files import write_whole
    from certify.trust.keys import keyid_of_pem

    if out.exists():
        raise UsageError("CERT-E011", f"{out} exists", "a key is never overwritten", "choose another name")
    pem = public_half(key, None)
    write_whole(out, pem.encode())
    if json:
        emit_json("keys", {"keyid": keyid_of_pem(pem), "public": str(out)})
    else:
        emit(f"{out} written, key {keyid_of_pem(pem)}")
        next_step("certify trust make --help", "say what this key may sign")
    return int(ExitCode.POSITIVE)
