"""``certify trust use``: somebody's trust file becomes the reader's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json, Yes
from certify.cli.render import emit_json, next_step
from certify.cli.trust.show import print_trust
from certify.errors import ExitCode, TrustError, UsageError
from certify.pipeline.clock import now
from certify.trust.trustfile import ROOT, TrustFile

SHORTEST = 16
"""Digits of a fingerprint that a person must give; fewer could be met by trying."""


def use(
    file: Annotated[Path, typer.Argument(help="Trust file you received.")],
    fingerprint: Annotated[str | None, typer.Option(help="Fingerprint you were told; compared.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Give up a signed trust file of yours; needs --fingerprint.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Make a trust file your own: `certify verify` then uses it without being told."""
    from certify.cli.reading import user_trust_file
    from certify.files import write_whole
    from certify.trust.signed_trust import load_trust_document, require_signed

    document = load_trust_document(file)
    require_signed(document)
    trust = document.trust
    trust.require_current(now())
    own = user_trust_file()
    if not (replace and fingerprint and fingerprint.strip()):
        _require_replaceable(own, trust)
    if not json:
        print_trust(trust)
    if not require_told(trust, fingerprint, yes, "Did its publisher tell you this fingerprint?"):
        return int(ExitCode.USAGE)
    write_whole(own, document.to_bytes())
    if json:
        emit_json("trust", {"file": str(own), "fingerprint": trust.fingerprint})
    else:
        next_step("certify verify CERT", f"kept as {own}")
    return int(ExitCode.POSITIVE)


def require_told(trust: TrustFile, fingerprint: str | None, yes: bool, question: str) -> bool:
    """Whether a person vouches for a trust file's fingerprint.

    Raises:
        UsageError: CERT-E042, the fingerprint they were told is another one.
    """
    told = (fingerprint or "").replace(" ", "").lower()
    if told and (len(told) < SHORTEST or not trust.fingerprint.startswith(told)):
        raise UsageError(
            "CERT-E042", f"the fingerprint of the file is {trust.short_fingerprint}, not the one you were told",
            "somebody may have changed the file on its way", "do not use it; ask its publisher",
        )  # fmt: skip
    return bool(told) or yes or typer.confirm(question, err=True)


def _require_replaceable(own: Path, new: TrustFile) -> None:
    """Return if no signed trust file of the reader's would go: that one is replaced by its successors only."""
    if not own.is_file():
        return
    mine = TrustFile.load(own)
    if mine != new and mine.keys_for(ROOT):
        raise TrustError(
            "CERT-E127",
            f"your trust file {mine.name}, version {mine.version}, is signed by its root keys",
            "whoever could have you replace it by hand could have anything believed",
            "a newer version: certify trust update FILE; another publisher: --replace --fingerprint F, or --trust FILE",
        )
