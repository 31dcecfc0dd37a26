"""``certify data verify``: whether every step was performed as the layout says, up to the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, Trust
from certify.cli.render import checklist, emit, emit_json, say
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.attest.chain import ChainLine
    from certify.attest.verification import PerformedStep, VerifiedLayout

TRAIN = "train"
SENTENCES = {
    ExitCode.POSITIVE: ("The provenance holds", "pass"),
    ExitCode.NEGATIVE: ("The provenance does not hold", "fail"),
    ExitCode.INCOMPLETE: ("The provenance holds as far as it could be checked", "warn"),
}


def verify(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The layout.")],
    owner: Annotated[list[Path], typer.Option(help="Public key of the data's owner; repeat for several.")],
    links: Annotated[Path, typer.Option(help="Folder of the links.")] = Path(),
    data: Annotated[list[Path] | None, typer.Option(help="Data that must be what a step wrote.")] = None,
    data_step: Annotated[str | None, typer.Option(metavar="STEP", help="Which step; the last when absent.")] = None,
    model: Annotated[Path | None, typer.Option(help="Model that must be what the training step wrote.")] = None,
    scanned: Annotated[
        Path | None, typer.Option(help="Certificate or statement of the scan: its data must be what was trained on.")
    ] = None,
    manifest: Annotated[
        list[Path] | None, typer.Option(help="Manifest of the scanned data, or the data itself; repeat.")
    ] = None,
    besides: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Material of training that is no data; repeat.")
    ] = None,
    train_step: Annotated[
        str | None, typer.Option(metavar="STEP", help="The training step; 'train', else the last.")
    ] = None,
    allow_inspection: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Run this command of the layout while verifying.")
    ] = None,
    trust: Trust = None,
    json: Json = False,
) -> int:
    """Check offline that every step was performed by who may perform it, up to the model and the scan of its data."""
    from certify.attest.chain import check_steps
    from certify.attest.layouts import verify_layout
    from certify.files import read_file

    verified = verify_layout(
        path,
        links,
        [read_file(file).decode("ascii", "replace") for file in owner],
        data=list(data or ()),
        data_step=data_step,
        allowed_inspections=list(allow_inspection or ()),
        announce=lambda text: say(f"warning: {text}"),
    )
    lines = check_steps(verified, links)
    if data:
        lines.append(_data_line(verified.step(data_step)))
    trained = verified.step(train_step or (TRAIN if TRAIN in verified.steps else None))
    identity = None
    if model is not None:
        line, identity = _model_line(trained, model, links)
        lines.append(line)
    if scanned is not None:
        lines += _scan_lines(context, trained, scanned, manifest or [], besides or [], trust, links, identity)
    elif manifest or besides:
        raise UsageError("CERT-E011", "--manifest and --besides belong to a scan", hint="name it with --scanned FILE")
    return _show(verified, lines, json=json)


def _data_line(step: PerformedStep) -> ChainLine:
    from certify.attest.chain import ChainLine, Outcome

    return ChainLine("data", Outcome.HOLDS, f"exactly the {len(step.products)} files that {step.name} wrote")


def _model_line(step: PerformedStep, folder: Path, links: Path) -> tuple[ChainLine, str]:
    from certify.attest.chain import check_model
    from certify.identify import read_model

    found = read_model(folder)
    return check_model(step, found, links), found.identity.identity


def _scan_lines(
    context: typer.Context,
    step: PerformedStep,
    scanned: Path,
    manifests: list[Path],
    besides: list[str],
    trust: Path | None,
    links: Path,
    model: str | None,
) -> list[ChainLine]:
    from certify.cli.reading import find_trust
    from certify.files import read_file
    from certify.pipeline.clock import now
    from certify.pipeline.scanned import check_scan, find_manifests, read_scan

    claim = read_scan(read_file(scanned), find_trust(Context.of(context), trust), at=now())
    return check_scan(claim, step, find_manifests(claim, manifests, links), besides=besides, model=model)


def _show(verified: VerifiedLayout, lines: list[ChainLine], *, json: bool) -> int:
    from certify.attest.chain import Outcome

    outcomes = {line.outcome for line in lines}
    code = ExitCode.POSITIVE
    if Outcome.UNKNOWN in outcomes:
        code = ExitCode.INCOMPLETE
    if Outcome.DIFFERS in outcomes:
        code = ExitCode.NEGATIVE
    if json:
        checks = [{"id": line.name, "result": line.outcome.value, "detail": line.detail} for line in lines]
        emit_json(
            "data",
            {
                "steps": list(verified.steps),
                "products": len(verified.products),
                "verdict": {0: "holds", 1: "differs", 3: "incomplete"}[int(code)],
                "inspections": list(verified.inspections),
                "checks": checks,
            },
        )
        return int(code)
    sentence, style = SENTENCES[code]
    emit(f"{sentence}: {' -> '.join(verified.steps)}, {len(verified.products)} files at the end.", style)
    checklist([(line.outcome.value, line.name, line.detail) for line in lines])
    return int(code)
