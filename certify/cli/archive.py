"""``certify archive``: a copy of a certificate that can be checked when its authorities are gone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit, emit_json, next_step, paragraph
from certify.errors import ExitCode, UsageError

app = typer.Typer(add_completion=False)


@app.command()
def archive(
    context: typer.Context,
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="A PDF or a serial.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the copy goes; by default NAME.archive.pdf.")
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", metavar="FILE", help="Certificates, a revocation list, an OCSP answer; repeat for more."
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Make a copy of a certificate that can be checked for decades (PAdES B-LTA)."""
    from certify.cli.reading import find_certificate
    from certify.files import write_whole
    from certify.pipeline.archiving import archive_certificate
    from certify.pipeline.workspace import Workspace

    home = Context.home(context)
    found = find_certificate(Context.of(context), certificate, None)
    target = output or Path(f"{Path(certificate).name.removesuffix('.pdf').removesuffix('.archive')}.archive.pdf")
    if target.exists():
        raise UsageError("CERT-E592", f"{target} exists already", hint="name another file with --output FILE")
    archived, words = archive_certificate(Workspace.open(home, ask=ask_passphrase), found.data, beside or ())
    write_whole(target, archived)
    if json:
        emit_json("archive", {"file": str(target), "bytes": len(archived), "added": len(archived) - len(found.data)})
        return int(ExitCode.POSITIVE)
    emit(f"{target} written, {len(archived):,} bytes.", "pass")
    paragraph(f"It holds {words}. Archive the copy again before the certificate of the timestamp authority runs out.")
    next_step(f"certify --home {home} verify {target}")
    return int(ExitCode.POSITIVE)
