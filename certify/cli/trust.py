"""``certify trust``: trust files, which say whose signatures count for what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, Yes
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode, UsageError
from certify.pipeline.clock import now
from certify.trust.trustfile import TrustFile

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make and read trust files: who may sign what.")


@app.command("show")
def show(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Trust file; the workspace's when absent.")] = None,
    json: Json = False,
) -> int:
    """Show whom a trust file trusts, for what, until when."""
    trust = TrustFile.load(file or Context.home(context) / "trust.json")
    if json:
        emit_json("trust", {"fingerprint": trust.fingerprint, **trust.document(), "schema": "certify/trust/v1"})
        return int(ExitCode.POSITIVE)
    _print(trust)
    return int(ExitCode.POSITIVE)


def _print(trust: TrustFile) -> None:
    if trust.environment == "development":
        emit("DEVELOPMENT: nothing signed under this file may be relied on.", "warn")
    fields(
        [
            ("name", f"{trust.name}, version {trust.version}"),
            ("fingerprint", trust.short_fingerprint),
            ("expires", f"{trust.expires}  EXPIRED" if trust.expired(now()) else trust.expires),
            ("log", trust.log_origin),
        ],
        indent=0,
    )
    emit()
    for role in trust.roles:
        for keyid, key in trust.keys_for(role).items():
            emit(f"  {role:<13} {keyid[:16]}  {key.party}")


@app.command("export")
def export(
    context: typer.Context, destination: Annotated[Path, typer.Argument(help="File to write.")], json: Json = False
) -> int:
    """Write the workspace's trust file for readers; tell them the fingerprint over another channel."""
    from certify.pipeline.files import write_whole

    trust = TrustFile.load(Context.home(context) / "trust.json")
    write_whole(destination, trust.to_bytes())
    if json:
        emit_json("trust", {"file": str(destination), "fingerprint": trust.fingerprint})
    else:
        emit(f"{destination} written, fingerprint {trust.short_fingerprint}")
        next_step(f"certify verify CERT --trust {destination}")
    return int(ExitCode.POSITIVE)


@app.command("use")
def use(
    file: Annotated[Path, typer.Argument(help="Trust file you received.")],
    fingerprint: Annotated[str | None, typer.Option(help="Fingerprint you were told; compared.")] = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Make a trust file your own: `certify verify` then uses it without being told."""
    from certify.cli.reading import user_trust_file
    from certify.pipeline.files import write_whole

    trust = TrustFile.load(file)
    trust.require_current(now())
    told = (fingerprint or "").replace(" ", "").lower()
    if told and (len(told) < 16 or not trust.fingerprint.startswith(told)):
        raise UsageError(
            "CERT-E042", f"the fingerprint of {file} is {trust.short_fingerprint}, not the one you were told",
            "somebody may have changed the file on its way", "do not use it; ask its publisher",
        )  # fmt: skip
    _print(trust)
    if not told and not yes and not typer.confirm("Did its publisher tell you this fingerprint?", err=True):
        return int(ExitCode.USAGE)
    own = user_trust_file()
    write_whole(own, trust.to_bytes())
    if json:
        emit_json("trust", {"file": str(own), "fingerprint": trust.fingerprint})
    else:
        next_step("certify verify CERT", f"kept as {own}")
    return int(ExitCode.POSITIVE)


@app.command("witness")
def witness(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The witness's public Ed25519 key.")],
    name: Annotated[str, typer.Option(help="Who holds it.")],
    json: Json = False,
) -> int:
    """Add a seed witness to the workspace's trust file: a party whose answer fixes the fresh problems."""
    from certify.pipeline.files import read_file
    from certify.pipeline.trusting import add_seed_witness
    from certify.pipeline.workspace import Workspace

    pem = read_file(file).decode("ascii", "replace")
    trust = add_seed_witness(Workspace.open(Context.home(context)), name, pem)
    if json:
        emit_json("trust", {"version": trust.version, "fingerprint": trust.fingerprint})
    else:
        _print(trust)
        emit(f"  seed witnesses: {', '.join(one.party for one in trust.seed_witnesses)}")
        next_step("certify run MODEL --policy P --entropy seedWitnesses")
    return int(ExitCode.POSITIVE)


@app.command("make")
def make(
    destination: Annotated[Path, typer.Argument(help="File to write.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    key: Annotated[list[str], typer.Option(metavar="ROLE=PARTY=FILE.pub", help="Who may sign in a role; repeat.")],
    log: Annotated[str, typer.Option(metavar="VKEY", help="Checkpoint key of the log (`certify registry show`).")],
    expires: Annotated[str, typer.Option(help="Such as 2027-11-23T00:00:00Z.")],
    seed_witness: Annotated[list[str] | None, typer.Option(metavar="NAME=FILE.pub", help="Repeat for several.")] = None,
    version: Annotated[int, typer.Option(min=1, help="Grows with every change.")] = 1,
    json: Json = False,
) -> int:
    """Make a production trust file out of public keys."""
    from certify.pipeline.files import write_whole
    from certify.pipeline.trusting import KeyGrant, make_trust_file

    grants = [KeyGrant.parse(text) for text in key]
    witnesses = [KeyGrant.parse(f"witness={text}") for text in seed_witness or ()]
    trust = make_trust_file(name, version=version, expires=expires, log_vkey=log, grants=grants, witnesses=witnesses)
    write_whole(destination, trust.to_bytes())
    if json:
        emit_json("trust", {"file": str(destination), "fingerprint": trust.fingerprint})
    else:
        _print(trust)
        next_step(f"certify verify CERT --trust {destination}")
    return int(ExitCode.POSITIVE)
