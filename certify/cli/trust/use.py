"""``certify trust use``: somebody's trust file becomes the reader's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json, Yes
from certify.cli.render import emit_json, next_step
from certify.cli.trust.show import print_trust
from certify.errors import ExitCode, UsageError
from certify.pipeline.clock import now
from certify.trust.trustfile import TrustFile


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
    print_trust(trust)
    if not told and not yes and not typer.confirm("Did its publisher tell you this fingerprint?", err=True):
        return int(ExitCode.USAGE)
    own = user_trust_file()
    write_whole(own, trust.to_bytes())
    if json:
        emit_json("trust", {"file": str(own), "fingerprint": trust.fingerprint})
    else:
        next_step("certify verify CERT", f"kept as {own}")
    return int(ExitCode.POSITIVE)
