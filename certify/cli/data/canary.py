"""``certify data canary make``: items to plant in data, so that training on it can be noticed."""

from __future__ import annotations

import json as json_module
import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode, UsageError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Items that show later whether data was trained on.")

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@app.callback()
def canary() -> None:
    """Items that show later whether data was trained on."""


@app.command("make")
def make(
    output: Annotated[Path, typer.Option(help="Folder to write to.")],
    count: Annotated[int | None, typer.Option(min=1, max=1000, help="Items; enough of them when absent.")] = None,
    kind: Annotated[
        Literal["canary", "dye"], typer.Option(help="Sentences with a secret end, or questions with a secret answer.")
    ] = "canary",
    name: Annotated[str, typer.Option(help="Public name: small letters, digits, dots, dashes.")] = "canaries",
    json: Json = False,
) -> int:
    """Make items to plant in data of your own before release, and the key that tells whether a model recalls them."""
    import secrets

    from certify.check.canary_files import KEY_ENDING, CanaryKey
    from certify.check.canary_making import usual_count
    from certify.evidence.canonical import sha256_hex
    from certify.evidence.results.canaries import GUESS, CanaryKind
    from certify.files import write_whole

    if not _NAME.fullmatch(name):
        raise UsageError("CERT-E011", f"{name!r} is no name", hint="use small letters, digits, dots and dashes")
    plant, key_file = output / f"{name}.plant.jsonl", output / f"{name}{KEY_ENDING}"
    for path in (plant, key_file):
        if path.exists():
            what = f"{path} is there already"
            raise UsageError("CERT-E011", what, "it may be planted, or its key needed", "choose another --name")
    of = CanaryKind(kind)
    key = CanaryKey.of(of, secrets.token_bytes(32), count or usual_count(GUESS[of]))
    data = key.to_bytes()
    write_whole(key_file, data, mode=0o600)
    lines = (json_module.dumps(one.planted(), ensure_ascii=False) for one in key.planted())
    write_whole(plant, "".join(line + "\n" for line in lines).encode())
    told = {"kind": kind, "items": len(key.items), "guess": GUESS[of], "plant": str(plant), "key": str(key_file)}
    if json:
        emit_json("data", {**told, "sha256": sha256_hex(data)})
        return int(ExitCode.POSITIVE)
    emit(f"{len(key.items)} items made.")
    fields([("plant", str(plant)), ("key", f"{key_file}; keep it private"), ("SHA-256", sha256_hex(data))], indent=0)
    paragraph(
        "Put the lines of the first file into the data before anybody trains on it, and into nothing else. Publish or "
        "time-stamp the SHA-256 of the key now: it shows later that the answers were fixed by then."
    )
    next_step(
        f"CERTIFY_PRIVATE_SETS={output} certify run MODEL --policy POLICY",
        f"a policy with the check canary, name {name}",
    )
    return int(ExitCode.POSITIVE)
