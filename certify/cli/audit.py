"""``certify audit``: recomputes every number of a certificate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from certify.cli.options import Context, Json, Trust
from certify.cli.progress import TerminalReporter
from certify.cli.render import checklist, emit, emit_json, next_step, say
from certify.cli.run_options import Device, Endpoint, Serve
from certify.cli.signing import KEY_HELP
from certify.errors import EvidenceMissing, ExitCode, TrustError, UsageError

if TYPE_CHECKING:
    from certify.audit.audit import Audit
    from certify.audit.rerun import HowToRerun
    from certify.cli.app import Settings
    from certify.evidence.rerun import Rerun

app = typer.Typer(add_completion=False)


@app.command()
def audit(
    context: typer.Context,
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="A PDF, a bundle, or a serial.")],
    evidence: Annotated[Path | None, typer.Option(help="Evidence pack; the workspace's run when absent.")] = None,
    data: Annotated[list[Path] | None, typer.Option(help="Training data to scan again; repeat for several.")] = None,
    rerender: Annotated[bool, typer.Option("--rerender", help="Draw the page again and compare the bytes.")] = False,
    rerun: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Ask N random questions again; needs --model.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The certified model, to run it again.")] = None,
    engine: Annotated[
        Literal["hf", "vllm", "openai", "llamacpp"] | None, typer.Option(help="What runs it; as certified when absent.")
    ] = None,
    device: Device = "auto",
    endpoint: Endpoint = None,
    serve: Serve = None,
    rerun_seed: Annotated[
        str | None, typer.Option(metavar="HEX", help="Draw the same sample as an earlier rerun, 64 digits.")
    ] = None,
    sign: Annotated[str | None, typer.Option(metavar="KEY", help="Sign the rerun: " + KEY_HELP)] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the signed rerun.")] = None,
    trust: Trust = None,
    json: Json = False,
) -> int:
    """Recompute every number of a certificate from its evidence pack."""
    from certify.audit.audit import audit_certificate
    from certify.cli.reading import find_certificate, find_trust
    from certify.pipeline.clock import now

    settings = Context.of(context)
    trust_file = find_trust(settings, trust)
    if trust_file is None:
        raise _no_trust(certificate)
    found = find_certificate(settings, certificate, None)
    pack = evidence or _pack(context, found.data)
    progress = TerminalReporter()
    again = None
    if rerun is not None or model is not None:
        again = _how_to_rerun(rerun, model, engine, device, endpoint, serve, rerun_seed, progress)
    _require_signable(again, sign, output)
    say("Recomputing from " + str(pack))
    result = audit_certificate(
        found.data,
        trust=trust_file,
        pack=pack,
        at=now(),
        training_data=list(data or ()),
        redraw=rerender,
        answer=found.answer,
        asked_at=found.asked_at,
        again=again,
    )
    progress.close()
    if result.rerun is not None and sign is not None and output is not None:
        _write_signed(result.rerun, found.data, sign, output)
    if json:
        emit_json("audit", result.document())
    else:
        _show(result, settings, certificate, trust, output)
    if result.agrees and (result.undecided or result.verification.verdict == "incomplete"):
        return int(ExitCode.INCOMPLETE)
    return int(ExitCode.POSITIVE if result.agrees else ExitCode.NEGATIVE)


def _show(result: Audit, settings: Settings, certificate: str, trust: Path | None, output: Path | None) -> None:
    agrees = "AGREES: everything that was repeated came out the same."
    undecided = "UNDECIDED: other programs drew the page; the rest came out the same."
    otherwise = "DOES NOT AGREE: something came out otherwise, or could not be repeated."
    believed = undecided if result.undecided else agrees
    emit(believed if result.agrees else otherwise, "pass" if result.agrees and not result.undecided else "fail")
    emit(f"the certificate itself is {result.verification.verdict}; the numbers behind it are another question")
    emit()
    checklist([(line.result, line.id, line.detail) for line in result.checks])
    if result.rerun is not None:
        emit(f"  sample seed {result.rerun.seed}")
    trusted = f"--home {settings.home} " if settings.home is not None else ""
    beside = f" --rerun {output}" if output is not None else ""
    next_step(f"certify {trusted}verify {certificate}" + ("" if trusted else f" --trust {trust or 'FILE'}") + beside)


def _how_to_rerun(
    items: int | None,
    model: Path | None,
    engine: str | None,
    device: str,
    endpoint: str | None,
    serve: str | None,
    seed: str | None,
    progress: TerminalReporter,
) -> HowToRerun:
    from certify.audit.rerun import HowToRerun
    from certify.engines.order import ServerOrder

    if items is None or model is None:
        raise UsageError(
            "CERT-E149",
            "--rerun and --model go together",
            "a sample is asked again of the model at hand",
            "certify audit CERT --rerun 50 --model DIR --trust FILE",
        )
    if seed is not None and not re.fullmatch(r"[0-9a-f]{64}", seed):
        raise UsageError(
            "CERT-E149", "--rerun-seed is no seed", hint="give the 64 digits that an earlier rerun printed"
        )
    progress.stage("Asking a sample again")
    return HowToRerun(
        model=model,
        items=items,
        engine=engine,
        device=device,
        server=ServerOrder(endpoint=endpoint, command=serve) if endpoint or serve else None,
        seed=bytes.fromhex(seed) if seed else None,
        progress=lambda seen: progress.advance(seen.done, seen.total, "answers"),
    )


def _require_signable(again: HowToRerun | None, sign: str | None, output: Path | None) -> None:
    if (sign is None) != (output is None) or (sign is not None and again is None):
        raise UsageError(
            "CERT-E149",
            "--sign, --output and --rerun go together",
            "a rerun is signed so that others can rely on it",
            "certify audit CERT --rerun 50 --model DIR --sign KEY --output rerun.json --trust FILE",
        )
    if output is not None and output.exists():
        raise UsageError("CERT-E149", f"{output} exists already", hint="name a file that does not exist")


def _write_signed(found: Rerun, data: bytes, key: str, output: Path) -> None:
    from certify.attest.statements import rerun_statement
    from certify.cli.signing import open_key
    from certify.files import write_whole
    from certify.trust.dsse import sign_statement
    from certify.verify.document import claimed_certificate

    payload = rerun_statement(found, claimed_certificate(data).model)
    write_whole(output, sign_statement(payload, open_key(key)))
    say(f"signed rerun: {output}; `certify verify CERT --rerun {output}` reads it")


def _no_trust(certificate: str) -> TrustError:
    """The error for a reader who named nobody; a workspace that lies here is pointed at, and not believed."""
    from certify.pipeline.workspace import DEFAULT_HOME

    why, hint = "", "name it with --trust FILE or --home DIR"
    if (DEFAULT_HOME / "trust.json").is_file():
        why = f"the workspace {DEFAULT_HOME} in this folder lends no trust unless it is named: it may be a stranger's"
        hint = f"if it is your own, certify --home {DEFAULT_HOME} audit {certificate}"
    return TrustError("CERT-E042", "an audit needs a trust file", why, hint)


def _pack(context: typer.Context, data: bytes) -> Path:
    """The run of this certificate in the named workspace."""
    from certify.pipeline.concluding import OUTCOME
    from certify.pipeline.main import outcome_of
    from certify.pipeline.workspace import Workspace
    from certify.verify.document import claimed_certificate

    serial = claimed_certificate(data).serial
    try:
        workspace = Workspace.open(Context.home(context))
    except UsageError as error:
        raise EvidenceMissing(
            "CERT-E064", "no evidence pack is at hand", "the numbers follow from it", "name it with --evidence FOLDER"
        ) from error
    for folder in workspace.runs():
        if folder.has(OUTCOME) and outcome_of(folder).serial == serial:
            return folder.path
    raise EvidenceMissing(
        "CERT-E064", f"no run in {workspace.home} issued {serial}", hint="name its evidence pack with --evidence FOLDER"
    )
