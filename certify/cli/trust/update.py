"""``certify trust update``: the next version of the reader's own trust file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json, next_step
from certify.cli.trust.changes import print_changes
from certify.errors import ExitCode, TrustError
from certify.pipeline.clock import now


def update(
    files: Annotated[list[Path], typer.Argument(help="The next version; several if some were missed.")],
    json: Json = False,
) -> int:
    """Replace your own trust file by a newer one, if the root keys of the one you have signed it."""
    from certify.cli.reading import user_trust_file
    from certify.files import write_whole
    from certify.trust.signed_trust import load_trust_document
    from certify.trust.trust_update import accept_updates
    from certify.trust.trustfile import TrustFile

    path = user_trust_file()
    if not path.is_file():
        raise TrustError(
            "CERT-E127",
            "you have no trust file of your own yet",
            "the first one is believed by its fingerprint, which somebody tells you",
            f"certify trust use {files[0]}",
        )
    own = TrustFile.load(path)
    documents = [load_trust_document(file) for file in files]
    found = accept_updates(own, documents, now())
    if found != own:
        newest = next(document for document in documents if document.trust == found)
        write_whole(path, newest.to_bytes())
    if json:
        emit_json("trust", {"file": str(path), "version": found.version, "fingerprint": found.fingerprint})
        return int(ExitCode.POSITIVE)
    if found == own:
        emit(f"You have version {own.version} already.")
    else:
        print_changes(own, found)
    next_step("certify verify CERT", f"kept as {path}")
    return int(ExitCode.POSITIVE)
