"""``certify registry witness``: a witness of other people's logs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json, ask_passphrase
from certify.cli.render import emit, emit_json, fields, next_step, say
from certify.counting import counted
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.trust.cosignature import Cosigner


def witness(
    key: Annotated[Path, typer.Option(metavar="FILE", help="The witness's private keys, encrypted.")],
    name: Annotated[str, typer.Option(help="The name it signs under for good, such as witness.authority.example/1.")],
    make: Annotated[bool, typer.Option("--make", help="Make the keys, write their public halves beside them.")] = False,
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where to answer.")] = None,
    store: Annotated[Path | None, typer.Option(metavar="FILE", help="What it has cosigned; never lose it.")] = None,
    log: Annotated[
        list[str] | None, typer.Option(metavar="VKEY", help="Public key of a log to watch, one line; repeat.")
    ] = None,
    json: Json = False,
) -> int:
    """Run a witness: it cosigns a log's checkpoints as long as the log never takes anything back."""
    from certify.trust.passphrase import find_passphrase
    from certify_registry.witness.keys import load_cosigners, make_keys

    passphrase = find_passphrase(f"the witness keys {key}", prompt=ask_passphrase)
    if make:
        make_keys(key, passphrase)
    cosigners = load_cosigners(key, name, passphrase)
    if make or listen is None:
        _tell(cosigners, key, json)
        return int(ExitCode.POSITIVE)
    if store is None or not log:
        raise UsageError(
            "CERT-E011",
            "a witness needs a memory and at least one log",
            "it signs what extends all that it has signed before",
            "certify registry witness --listen HOST:PORT --store FILE --log VKEY --key FILE --name NAME",
        )
    _serve(cosigners, listen, store, log)
    return int(ExitCode.POSITIVE)


def _serve(cosigners: tuple[Cosigner, ...], listen: str, store: Path, logs: list[str]) -> None:
    from certify.trust.note import parse_vkey
    from certify.trust.witnessed import time_text
    from certify_registry.witness.server import serve_witness
    from certify_registry.witness.store import WitnessStore
    from certify_registry.witness.witness import Witness

    host, port = address_of(listen)
    memory = WitnessStore(store)
    made = Witness([parse_vkey(vkey) for vkey in logs], cosigners, memory, alarm=say)
    for incident in memory.incidents():
        say(f"{incident.origin} has signed two histories, seen at {time_text(incident.seen_at)}; see docs/witness.md")
    keys = ", ".join(f"{one.verifier.algorithm} {one.verifier.key_id.hex()}" for one in cosigners)
    say(f"{cosigners[0].name}, keys {keys}")
    say(f"watching {counted(len(logs), 'log')}; answering at http://{listen}/ until stopped")
    serve_witness(made, host, port)


def address_of(listen: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; an IPv6 address stands in brackets.

    Raises:
        UsageError: CERT-E011, another form.
    """
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError("CERT-E011", f"{listen[:80]!r} is not of the form HOST:PORT", "", "such as 127.0.0.1:8765")
    return host, int(port)


def _tell(cosigners: tuple[Cosigner, ...], file: Path, json: bool) -> None:
    from certify.files import write_whole

    keys = [cosigner.verifier for cosigner in cosigners]
    public = file.with_suffix(".vkeys")
    write_whole(public, "".join(f"{key.vkey}\n" for key in keys).encode())
    if json:
        emit_json("registry", {
            "name": keys[0].name, "file": str(public), "vkeys": {key.algorithm: key.vkey for key in keys},
        })  # fmt: skip
        return
    fields([("witness", keys[0].name), *((key.algorithm, f"key {key.key_id.hex()}") for key in keys)], indent=0)
    emit(f"public keys  {public}, one a line")
    emit()
    next_step(f"certify trust make FILE --witness {public} --quorum N ...", "whoever trusts it names its keys")
