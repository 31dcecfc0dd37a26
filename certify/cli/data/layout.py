"""``certify data layout``: who may perform which step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.data.signing import steward_signer
from certify.cli.options import Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.attest.layouts import PlannedStep

YEAR = 365


def layout(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="File to read, or to write if it is the only one.")],
    signed: Annotated[Path | None, typer.Argument(help="Signed layout to write.")] = None,
    step: Annotated[
        list[str] | None, typer.Option(metavar="NAME=FILE.pub", help="A step and who may perform it; repeat.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="With --step, such as 2027-11-23T00:00:00Z.")] = None,
    template: Annotated[
        str | None, typer.Option(metavar="standard", help="Write a commented file to start from.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Key of the data's owner; the data steward's when absent.")
    ] = None,
    json: Json = False,
) -> int:
    """Sign who may perform which step, in order, and what may flow from one to the next.

    --template writes a file to fill in; the file and a second name sign it. In short, by --step: each step starts from
    what the one before wrote.
    """
    if sum((signed is not None, bool(step), template is not None)) != 1:
        hint = "give --template standard; or FILE.yaml and a file to write; or --step and --expires"
        raise UsageError("CERT-E011", "a layout is made from a file or from steps, one of them", hint=hint)
    if template is not None:
        return _write_template(path, template, json=json)
    if signed is not None:
        return _sign_file(context, path, signed, key, json=json)
    return _sign_steps(context, path, step or [], expires, key, json=json)


def _write_template(path: Path, name: str, *, json: bool) -> int:
    from certify.attest.layout_template import layout_template
    from certify.files import write_whole
    from certify.pipeline.clock import later, now

    if path.exists():
        raise UsageError("CERT-E011", f"{path} is there already", hint="name a new file, or remove this one")
    write_whole(path, layout_template(name, expires=later(now(), days=YEAR)).encode("utf-8"))
    if json:
        emit_json("data", {"template": str(path)})
    else:
        emit(f"{path} written; fill in the lines marked <-.")
        next_step(f"certify data layout {path} root.layout --key OWNER.pem")
    return int(ExitCode.POSITIVE)


def _sign_file(context: typer.Context, path: Path, signed: Path, key: str | None, *, json: bool) -> int:
    from certify.attest.layout_file import read_layout_file

    plan = read_layout_file(path)
    return _sign(context, signed, list(plan.steps), plan.expires, key, readme=f"Owner: {plan.owner}", json=json)


def _sign_steps(
    context: typer.Context, path: Path, texts: list[str], expires: str | None, key: str | None, *, json: bool
) -> int:
    from certify.attest.layouts import PlannedStep
    from certify.files import read_file

    if expires is None:
        raise UsageError("CERT-E011", "--expires is missing", hint="give a time such as 2027-11-23T00:00:00Z")
    planned: list[PlannedStep] = []
    for text in texts:
        name, _, file = text.partition("=")
        if not name or not file:
            raise UsageError("CERT-E011", f"{text!r} is not of the form NAME=FILE.pub")
        pem = read_file(Path(file)).decode("ascii", "replace")
        before = planned[-1].name if planned else None
        rule = ("MATCH", "*", "WITH", "PRODUCTS", "FROM", before) if before else ("ALLOW", "*")
        planned.append(PlannedStep(name, (pem,), expected_materials=(rule,), expected_products=(("ALLOW", "*"),)))
    return _sign(context, path, planned, expires, key, readme="", json=json)


def _sign(
    context: typer.Context,
    path: Path,
    steps: list[PlannedStep],
    expires: str,
    key: str | None,
    *,
    readme: str,
    json: bool,
) -> int:
    from certify.attest.layouts import write_layout

    write_layout(path, steps, [steward_signer(context, key)], expires=expires, readme=readme)
    if json:
        emit_json("data", {"layout": str(path), "steps": [one.name for one in steps]})
    else:
        emit(f"{path} written: {' -> '.join(one.name for one in steps)}")
        next_step(f"certify data verify {path} --links FOLDER --owner FILE.pub")
    return int(ExitCode.POSITIVE)
