"""``certify data step``: one step of making data, recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.data.signing import steward_signer
from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, next_step, say
from certify.cli.signing import timestamper_of
from certify.errors import UsageError

if TYPE_CHECKING:
    from certify.attest.steps import RecordedStep


_STDERR = 2
_LONG_BYTES = 200_000_000
"""What takes about a second to read."""


def step(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the step, as in the layout.")],
    product: Annotated[list[Path], typer.Option(help="What the step writes; repeat for several.")],
    command: Annotated[list[str] | None, typer.Argument(help="What to run, after --.")] = None,
    material: Annotated[list[Path] | None, typer.Option(help="What the step reads; repeat for several.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the link and the statement.")] = Path(),
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Who performs the step; the data steward when absent.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="Statement to write: provenance if a command runs, else link.", metavar="link|provenance"),
    ] = None,
    param: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter; repeat.")] = None,
    params: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Parameters as a JSON object.")] = None,
    code: Annotated[list[Path] | None, typer.Option(help="Code that runs: file, folder or git checkout.")] = None,
    package: Annotated[list[str] | None, typer.Option(help="Python package whose version to record.")] = None,
    env: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Environment variable to record.")] = None,
    restrict: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="command, parameters or environment: shown to named readers only."),
    ] = None,
    secret: Annotated[list[str] | None, typer.Option(metavar="FIELD", help="The same, left out without trace.")] = None,
    json: Json = False,
) -> int:
    """Record one step of making data as a signed in-toto link and statement; after -- follows the command to run."""
    from certify.attest.steps import StepDetails, record_step
    from certify.pipeline.clock import now

    reading = _Reading()
    try:
        recorded = record_step(
            name,
            materials=list(material or ()),
            products=list(product),
            signer=steward_signer(context, key),
            timestamper=timestamper_of(context, key),
            out_folder=out,
            command=list(command or ()) or None,
            details=StepDetails(
                kind=_kind(kind),
                parameters=_parameters(param or (), params),
                code=list(code or ()),
                packages=list(package or ()),
                variables=list(env or ()),
                restrict=list(restrict or ()),
                secret=list(secret or ()),
            ),
            clock=now,
            stdout=_STDERR if json else None,
            progress=reading,
        )
    finally:
        reading.close()
    _show(recorded, out, json=json, quiet=bool(command))
    return recorded.exit_code


class _Reading(TerminalReporter):
    """Shows long readings only, and leaves the terminal to the command in between."""

    def __call__(self, done: int, of: int) -> None:
        if of < _LONG_BYTES:
            return
        if done <= self._done:
            self.stage("Reading files")
        self._done = done
        self.advance(done, of, "bytes")
        if done >= of:
            self.close()

    _done = 2**63


def _show(recorded: RecordedStep, out: Path, *, json: bool, quiet: bool) -> None:
    """With a command stdout is the command's, so what certify has to say is talk."""
    paths = {"link": recorded.link, "statement": recorded.statement, "openings": recorded.openings}
    if json:
        named = {name: str(path) for name, path in paths.items() if path is not None}
        emit_json("data", {"step": recorded.name, **named, "exitCode": recorded.exit_code})
        return
    tell = say if quiet else emit
    if recorded.link is None:
        tell(f"The command failed with exit status {recorded.exit_code}; nothing was recorded.")
        return
    tell(f"{recorded.link} written: {len(recorded.materials)} files read, {len(recorded.products)} written.")
    tell(f"{recorded.statement} says the same as a statement of kind {recorded.kind}.")
    if recorded.openings is not None:
        tell(f"{recorded.openings} opens what was withheld.")
        tell("Keep that file, and keep it private: nobody can make it again.")
    following = f"certify data verify LAYOUT --links {out} --owner OWNER.pub"
    if quiet:
        say(f"next: {following}")
    else:
        next_step(following)


def _kind(text: str | None) -> Any:
    from certify.attest.step_statement import StepKind

    if text is not None and text not in set(StepKind):
        raise UsageError("CERT-E011", f"{text!r} is no kind of statement", hint="the kinds are link and provenance")
    return StepKind(text) if text else None


def _parameters(pairs: list[str] | tuple[()], file: Path | None) -> dict[str, Any]:
    from certify.evidence.canonical import parse_json
    from certify.files import read_file

    found: Any = parse_json(read_file(file), name=str(file)) if file is not None else {}
    if not isinstance(found, dict):
        raise UsageError("CERT-E011", f"{file} is not a JSON object", hint='write it like {"threshold": 0.8}')
    for text in pairs:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError("CERT-E011", "a parameter is not of the form NAME=VALUE", hint="write it like seed=7")
        if name in found:
            raise UsageError("CERT-E011", f"the parameter {name!r} is given twice", hint="give it once")
        found[name] = value
    return found
