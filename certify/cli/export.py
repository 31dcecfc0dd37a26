"""``certify export``: a certificate in other people's formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from certify.cli.options import Context, Json, Trust
from certify.cli.render import emit, emit_json, say
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.export.certified import Certified
    from certify.verify.verification import Examination

app = typer.Typer(add_completion=False)

Format = Literal[
    "vsa", "oscal", "sarif", "junit", "cyclonedx", "model-card", "onc-attributes", "eu-technical"
]  # fmt: skip
EXIT_CODES = {"valid": ExitCode.POSITIVE, "stale": ExitCode.INCOMPLETE, "incomplete": ExitCode.INCOMPLETE}
"""As `certify verify` ends on the same certificate; any other verdict is negative."""


@app.command()
def export(
    context: typer.Context,
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="A PDF, a bundle, or a serial.")],
    form: Annotated[Format, typer.Option("--format", help="What is written; docs/exports.md tells for whom.")],
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; stdout when absent.")] = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="With vsa: the statement alone, without its signature.")
    ] = False,
    trust: Trust = None,
    status: Annotated[Path | None, typer.Option(help="Saved answer of a registry (SERIAL.status.json).")] = None,
    json: Json = False,
) -> int:
    """Write a verified certificate as VSA, OSCAL, CycloneDX, a model card and others.

    No claim is added and no caveat dropped. Exit status: as `certify verify`; nothing is written without a
    trust file or where something is wrong.
    """
    from certify.cli.reading import find_certificate, find_trust
    from certify.export.certified import certified, standing
    from certify.files import write_whole
    from certify.pipeline.clock import now
    from certify.verify.expectations import Expectations
    from certify.verify.verify import examine_certificate

    if unsigned and form != "vsa":
        raise UsageError("CERT-E011", f"--unsigned and --format {form} were given", "only a vsa carries a signature",
                         "leave --unsigned out")  # fmt: skip
    settings, at = Context.of(context), now()
    trusted, source = find_trust(settings, trust), find_certificate(settings, certificate, status)
    examined = examine_certificate(
        source.data, trust=trusted, expectations=Expectations(at=at), answer=source.answer, asked_at=source.asked_at
    )
    found = certified(examined, trusted, at)
    text = _text(form, found, examined, signed=not unsigned)
    if output is not None:
        write_whole(output, text.encode("utf-8"))
    if json:
        emit_json("export", {"format": form, "serial": found.certificate.serial, "verdict": found.verdict.value,
                             "certificateSha256": found.sha256, "written": str(output) if output else None,
                             "document": None if output else text})  # fmt: skip
    elif output is not None:
        emit(f"{output} written from certificate {found.certificate.serial}: {standing(found)}.")
    else:
        print(text, end="")
        say(f"note: from certificate {found.certificate.serial} of {found.party}: {standing(found)}")
    return int(EXIT_CODES.get(found.verdict, ExitCode.NEGATIVE))


def _text(form: Format, found: Certified, examined: Examination, *, signed: bool) -> str:
    import json

    from certify.export.cyclonedx import cyclonedx
    from certify.export.eu_technical import eu_technical
    from certify.export.gate_report import report_junit, report_sarif
    from certify.export.model_card import model_card
    from certify.export.onc_attributes import onc_attributes
    from certify.export.oscal import oscal
    from certify.export.vsa import vsa

    if form == "vsa":
        return vsa(found, signed=signed)
    pages = {"model-card": model_card, "onc-attributes": onc_attributes, "eu-technical": eu_technical}
    if form in pages:
        return pages[form](found)
    if form == "junit":
        return report_junit(found, examined)
    if form == "sarif":
        document = report_sarif(found, examined)
    else:
        document = oscal(found) if form == "oscal" else cyclonedx(found)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
