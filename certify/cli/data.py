"""``certify data``: where training data comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, fields, next_step
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.trust.keys import KeySigner

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Describe training data and record how it was made.")


@app.command("describe")
def describe(
    data: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    name: Annotated[str | None, typer.Option(help="What its steward calls it.")] = None,
    json: Json = False,
) -> int:
    """Print the identity of training data, down to the shard."""
    from certify.identify import read_dataset

    reporter = TerminalReporter()
    reporter.stage("Reading the data")
    try:
        found = read_dataset(data, name, progress=lambda done, of: reporter.advance(done, of, "bytes"))
    finally:
        reporter.close()
    identity = found.identity
    if json:
        emit_json("data", {**identity.document(), "manifest": [entry.document() for entry in found.manifest.files]})
        return int(ExitCode.POSITIVE)
    fields(
        [
            ("name", identity.name),
            ("identity", identity.identity),
            ("shards", f"{identity.shards}, {identity.bytes:,} bytes"),
        ],
        indent=0,
    )
    next_step(f"certify run MODEL --policy starter --data {data[0]}")
    return int(ExitCode.POSITIVE)


@app.command("step", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def step(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the step, as in the layout.")],
    product: Annotated[list[Path], typer.Option(help="What the step writes; repeat for several.")],
    material: Annotated[list[Path] | None, typer.Option(help="What the step reads; repeat for several.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the link.")] = Path(),
    key: Annotated[Path | None, typer.Option(help="Who performs the step; the data steward when absent.")] = None,
    json: Json = False,
) -> int:
    """Record one step of making data as a signed in-toto link; after -- follows the command, if one is to be run."""
    from certify.attest.steps import record_step

    command = [argument for argument in context.args if argument != "--"]
    recorded = record_step(
        name,
        materials=list(material or ()),
        products=list(product),
        signer=_signer(context, key),
        out_folder=out,
        command=command or None,
    )
    if recorded.link is None:
        emit(f"The command failed with exit status {recorded.exit_code}; nothing was recorded.", "fail")
        return recorded.exit_code
    if json:
        emit_json("data", {"step": name, "link": str(recorded.link), "exitCode": recorded.exit_code})
    else:
        emit(f"{recorded.link} written: {len(recorded.materials)} files read, {len(recorded.products)} written.")
        next_step(f"certify data layout LAYOUT --step {name}=FILE.pub --expires TIME")
    return int(ExitCode.POSITIVE)


@app.command("layout")
def layout(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="File to write.")],
    step: Annotated[list[str], typer.Option(metavar="NAME=FILE.pub", help="A step and who may perform it; repeat.")],
    expires: Annotated[str, typer.Option(help="Such as 2027-11-23T00:00:00Z.")],
    key: Annotated[Path | None, typer.Option(help="Key of the data's owner; the data steward's when absent.")] = None,
    json: Json = False,
) -> int:
    """Say who may perform which step, in order; each step starts from what the one before wrote."""
    from certify.attest.layouts import PlannedStep, write_layout
    from certify.pipeline.files import read_file

    planned: list[PlannedStep] = []
    for text in step:
        name, _, file = text.partition("=")
        if not name or not file:
            raise UsageError("CERT-E011", f"{text!r} is not of the form NAME=FILE.pub")
        pem = read_file(Path(file)).decode("ascii", "replace")
        before = planned[-1].name if planned else None
        rule = ("MATCH", "*", "WITH", "PRODUCTS", "FROM", before) if before else ("ALLOW", "*")
        planned.append(PlannedStep(name, (pem,), expected_materials=(rule,), expected_products=(("ALLOW", "*"),)))
    write_layout(path, planned, [_signer(context, key)], expires=expires)
    if json:
        emit_json("data", {"layout": str(path), "steps": [one.name for one in planned]})
    else:
        emit(f"{path} written: {' -> '.join(one.name for one in planned)}")
        next_step(f"certify data verify {path} --links FOLDER --owner FILE.pub")
    return int(ExitCode.POSITIVE)


@app.command("verify")
def verify(
    path: Annotated[Path, typer.Argument(help="The layout.")],
    owner: Annotated[list[Path], typer.Option(help="Public key of the data's owner; repeat for several.")],
    links: Annotated[Path, typer.Option(help="Folder of the links.")] = Path(),
    data: Annotated[list[Path] | None, typer.Option(help="Data that must be what the last step wrote.")] = None,
    json: Json = False,
) -> int:
    """Check that every step was performed by who may perform it, on what the step before wrote."""
    from certify.attest.layouts import verify_layout
    from certify.pipeline.files import read_file

    pems = [read_file(file).decode("ascii", "replace") for file in owner]
    checked = verify_layout(path, links, pems, data=list(data or ()))
    if json:
        emit_json("data", {"steps": list(checked.steps), "products": len(checked.products)})
    else:
        emit(f"The provenance holds: {' -> '.join(checked.steps)}, {len(checked.products)} files at the end.", "pass")
    return int(ExitCode.POSITIVE)


def _signer(context: typer.Context, key: Path | None) -> KeySigner:
    from certify.pipeline.workspace import Workspace
    from certify.trust.keys import load_key
    from certify.trust.passphrase import find_passphrase

    if key is not None:
        return load_key(key, find_passphrase(str(key), prompt=ask_passphrase))
    return Workspace.open(Context.home(context), ask=ask_passphrase).signer("data-steward")
